import type { AppSettings } from '../connectors/app.ts';
import type { ConnectorDefinition, ResourceDefinition } from '../connectors/definition.ts';
import { TributaryError } from '../domain/errors.ts';
import type { SecretBox } from '../platform/crypto.ts';
import type { AppDoc, ConnectionDoc } from '../stores/model.ts';
import type { SessionRef } from './contracts.ts';
import type { ActivityPorts } from './ports.ts';
import { secretContext } from './secret-context.ts';

/** A connection with what its app is. */
export interface OpenConnection {
  readonly connection: ConnectionDoc;
  readonly definition: ConnectorDefinition;
}

/** @throws TributaryError CONNECTION_GONE once the generation of a session was closed: nothing more may be written. */
export async function openConnection(
  { stores, definition }: Pick<ActivityPorts, 'stores' | 'definition'>,
  { connectionId, generation }: Pick<SessionRef, 'connectionId' | 'generation'>,
): Promise<OpenConnection> {
  const connection = await stores.connections.get(connectionId);
  if (connection === null || connection.generation !== generation || connection.ownCode === 26)
    throw new TributaryError('CONNECTION_GONE');
  return { connection, definition: definition(connection.app) };
}

/** @throws TributaryError DEFINITION_INVALID when the definition no longer has the resource. */
export function resourceOf(definition: ConnectorDefinition, id: string): ResourceDefinition {
  const resource = definition.resources.find((one) => one.id === id);
  if (resource === undefined)
    throw new TributaryError(
      'DEFINITION_INVALID',
      `The definition of ${definition.id} has no resource ${id}.`,
    );
  return resource;
}

/** Address and client of a connection's app, as far as they are set. */
export async function appSettings(
  { stores, secrets }: Pick<ActivityPorts, 'stores' | 'secrets'>,
  { app, parameters }: Pick<ConnectionDoc, 'app' | 'parameters'>,
): Promise<AppSettings> {
  return settingsFrom(secrets, await stores.apps.get(app), parameters);
}

/** Opens what is stored of an app, if anything is; without a client both its parts are empty. */
export function settingsFrom(
  secrets: SecretBox,
  doc: AppDoc | null,
  parameters: ConnectionDoc['parameters'],
): AppSettings {
  if (doc === null) return { baseUrl: null, clientId: '', clientSecret: '', parameters };
  const { _id, baseUrl, clientId = '', clientSecret, scopes } = doc;
  const secret = clientSecret === undefined ? '' : secrets.open(clientSecret, secretContext.app(_id));
  return {
    baseUrl,
    clientId,
    clientSecret: String(secret),
    parameters,
    ...(scopes === undefined ? {} : { scopes }),
  };
}
