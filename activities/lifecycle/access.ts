import {
  type AppSettings,
  credentialsValue,
  type SubmittedCredentials,
  tokenValue,
} from '../../connectors/app.ts';
import type { ConnectorDefinition } from '../../connectors/definition.ts';
import {
  fetchAccount,
  type IdentityOptions,
  testConnection,
  testCredentials,
} from '../../connectors/identity.ts';
import { fetchClientToken } from '../../connectors/oauth.ts';
import { TributaryError } from '../../domain/errors.ts';
import type { ConnectionDoc, ProcedureDoc } from '../../stores/model.ts';
import { createCredentials } from '../authorization/credentials.ts';
import { endOf, expiryOf, type GrantSecret, openGrant, sealGrant } from '../authorization/grant.ts';
import { settingsFrom } from '../connection.ts';
import type { ActivityPorts } from '../ports.ts';
import { secretContext } from '../secret-context.ts';
import { draftId } from './draft.ts';
import { refuseTakenOver, writeFenced } from './fence.ts';

/** Longer than any answer of the app is waited for, shorter than the activity may take. */
export const longestTestMs = 90_000;

/** What was tried: the account that it opens, and the grant that is to be stored, if it is a new one. */
interface Tried {
  readonly account: string;
  readonly secret?: GrantSecret;
}

/**
 * Tries new parameters and credentials together at the app, and saves them only if it takes them.
 * @throws {TributaryError} what the app, the egress guard or the definition says against them; ACCOUNT_MISMATCH;
 * GRANT_REVOKED where no credentials were given and there are none
 */
export async function changeAccess(
  ports: ActivityPorts,
  procedure: ProcedureDoc,
  connection: ConnectionDoc,
): Promise<void> {
  const { stores, secrets, egress, sources } = ports;
  const definition = ports.definition(connection.app);
  const given = (procedure.arguments.parameters ?? {}) as Readonly<Record<string, string>>;
  const parameters = { ...connection.parameters, ...given };
  const app = settingsFrom(secrets, await stores.apps.get(connection.app), parameters);
  const credentials = await draftOf(ports, procedure);
  const asking = { fetch: egress.fetch, signal: AbortSignal.timeout(longestTestMs), ...sources };
  const { account, secret } =
    credentials === null
      ? await tryGrant(ports, connection, definition, app, asking)
      : await tryCredentials(definition, app, credentials, asking);
  await writeFenced(ports, procedure, (now) => {
    if (now.account !== null && now.account !== account) throw new TributaryError('ACCOUNT_MISMATCH');
    return { parameters, account };
  });
  if (secret !== undefined) await keepGrant(ports, procedure, connection, account, secret);
}

/** The credentials of a procedure; null: it was given none. */
export async function draftOf(
  { stores, secrets }: ActivityPorts,
  procedure: ProcedureDoc,
): Promise<SubmittedCredentials | null> {
  const sealed = (await stores.inbox.get(draftId(procedure)))?.payload ?? null;
  if (sealed === null) return null;
  return secrets.open(sealed, secretContext.inbox(draftId(procedure))) as unknown as SubmittedCredentials;
}

/** Saves the grant of a procedure. @throws {TributaryError} PROCEDURE_TAKEN_OVER */
export async function keepGrant(
  { stores, secrets }: ActivityPorts,
  procedure: ProcedureDoc,
  { _id: connectionId, generation }: ConnectionDoc,
  account: string,
  secret: GrantSecret,
): Promise<void> {
  const context = secretContext.grant(connectionId, generation);
  const grant = await stores.grants.save({
    connectionId,
    generation,
    account,
    secret: sealGrant(secrets, secret, context),
    expiresAt: expiryOf(secret),
    endsAt: endOf(secret),
  });
  // A disconnect that was first has not seen it, and nobody would ever delete it.
  const now = await stores.connections.get(connectionId);
  if (now?.generation !== generation || now.ownCode === 26) await stores.grants.remove(grant._id);
  refuseTakenOver(procedure, now);
}

type Asking = IdentityOptions & { readonly fetch: typeof fetch; readonly signal: AbortSignal };

/** Tries what a person typed in, and gives the grant that is to be stored. */
export async function tryCredentials(
  definition: ConnectorDefinition,
  app: AppSettings,
  credentials: SubmittedCredentials,
  asking: Asking,
): Promise<Tried> {
  if (credentials.kind === 'clientCredentials') {
    const tokens = await fetchClientToken(definition, app, credentials, asking);
    const account = await fetchAccount(definition, app, tokens, asking);
    await testConnection(definition, app, tokenValue(definition, tokens.accessToken), asking);
    return { account, secret: { kind: 'clientCredentials', credentials, tokens } };
  }
  const account = await testCredentials(definition, app, credentials, asking);
  // A source that is no HTTP app was tested by that.
  if (definition.kind === 'rest')
    await testConnection(definition, app, credentialsValue(definition, credentials), asking);
  return { account, secret: { kind: 'submitted', credentials } };
}

/** Without new credentials: with the grant that there is, refreshed where it has to be. */
export async function tryGrant(
  ports: ActivityPorts,
  { _id: connectionId, generation }: ConnectionDoc,
  definition: ConnectorDefinition,
  app: AppSettings,
  asking: Asking,
): Promise<Tried> {
  const of = { connectionId, generation, definition, app, signal: asking.signal };
  const value = await createCredentials(ports, of).authorization();
  if (definition.kind === 'rest') await testConnection(definition, app, value ?? '', asking);
  const context = secretContext.grant(connectionId, generation);
  const secret = openGrant(ports.secrets, await ports.stores.grants.get(connectionId, generation), context);
  const account =
    secret.kind === 'submitted'
      ? await testCredentials(definition, app, secret.credentials, asking)
      : await fetchAccount(definition, app, secret.tokens, asking);
  return { account };
}
