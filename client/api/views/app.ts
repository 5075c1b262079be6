import type { ConnectorDefinition } from '../../../connectors/definition.ts';
import type { AppDoc } from '../../../stores/model.ts';
import type { App } from '../schemas/apps.ts';

/** Whether connections can be made: the address and the client that the definition needs are there. */
export function isSetUp({ auth, ...definition }: ConnectorDefinition, doc: AppDoc | null): boolean {
  const needsAddress = JSON.stringify([auth, definition.baseUrl]).includes('{baseUrl}');
  const needsClient = auth.kind === 'oauth2';
  return (
    (!needsAddress || typeof doc?.baseUrl === 'string') &&
    (!needsClient || (doc?.clientId !== undefined && doc.clientSecret !== undefined))
  );
}

/** An app as the API shows it: its definition and how it is set up here. */
export function appView(definition: ConnectorDefinition, doc: AppDoc | null): App {
  const { id, name, auth, resources } = definition;
  const hasSecret = doc?.clientSecret !== undefined;
  return {
    id,
    name,
    auth: auth.kind,
    resources: resources.map((resource) => ({
      id: resource.id,
      name: resource.name,
      enabled: resource.enabled,
    })),
    setUp: isSetUp(definition, doc),
    baseUrl: doc?.baseUrl ?? null,
    clientId: doc?.clientId ?? null,
    hasSecret,
    updatedAt: doc?.updatedAt.toISOString() ?? null,
  };
}
