import type { ConnectorDefinition } from '../../../connectors/definition.ts';
import type { AppDoc } from '../../../stores/model.ts';
import type { App } from '../schemas/apps.ts';

/** An app as the API shows it: its definition and how it is set up here. */
export function appView({ id, name, auth, resources }: ConnectorDefinition, doc: AppDoc | null): App {
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
    setUp: doc !== null && (auth.kind !== 'oauth2' || (doc.clientId !== undefined && hasSecret)),
    baseUrl: doc?.baseUrl ?? null,
    clientId: doc?.clientId ?? null,
    hasSecret,
    updatedAt: doc?.updatedAt.toISOString() ?? null,
  };
}
