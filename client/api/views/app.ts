import type { ConnectorDefinition } from '../../../connectors/definition.ts';
import { missingSettings } from '../../../connectors/set-up.ts';
import type { AppDoc } from '../../../stores/model.ts';
import { callbackPath } from '../authorization.ts';
import type { RouteDeps } from '../deps.ts';
import { canBegin } from '../resource-settings.ts';
import type { App } from '../schemas/apps.ts';

/** An app as the API shows it: its definition and how it is set up here. */
export function appView(
  { address }: Pick<RouteDeps, 'address'>,
  definition: ConnectorDefinition,
  doc: AppDoc | null,
): App {
  const { id, name, description, documentation, tried, auth, resources, prerequisites, parameters } =
    definition;
  const missing = missingSettings(definition, doc ?? {});
  const asked = 'scopes' in auth ? (doc?.scopes ?? auth.scopes) : [];
  return {
    id,
    name,
    description: description ?? null,
    documentation: documentation ?? null,
    tried,
    auth: auth.kind,
    configuration: auth.kind === 'configuration' ? auth.schema : null,
    prerequisites: prerequisites.map((one) => ({ id: one.id, text: one.text, url: one.url ?? null })),
    parameters: parameters ?? null,
    callbackParameters: auth.kind === 'oauth2' ? [...auth.callbackParameters] : [],
    finalization: definition.finalization ?? null,
    deduplicates: definition.deduplication !== undefined,
    resources: resources.map((resource) => ({
      id: resource.id,
      name: resource.name,
      enabled: resource.enabled,
      canBegin: canBegin(resource),
    })),
    setUp: missing.length === 0,
    missing: [...missing],
    redirectUri: auth.kind === 'oauth2' ? address(callbackPath) : null,
    baseUrl: doc?.baseUrl ?? null,
    clientId: doc?.clientId ?? null,
    hasSecret: doc?.clientSecret !== undefined,
    scopes: [...asked],
    ownScopes: doc?.scopes === undefined ? null : [...doc.scopes],
    webhookSecrets: (doc?.webhookSecrets ?? []).map((one) => ({
      id: one.id,
      createdAt: one.createdAt.toISOString(),
    })),
    updatedAt: doc?.updatedAt.toISOString() ?? null,
  };
}
