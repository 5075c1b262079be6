import { isDeepStrictEqual } from 'node:util';
import type { AppSettings, SubmittedCredentials } from '../../connectors/app.ts';
import { fetchAccount, testCredentials } from '../../connectors/identity.ts';
import { type Exchanged, exchangeCode, fetchClientToken } from '../../connectors/oauth.ts';
import { TributaryError } from '../../domain/errors.ts';
import type { JsonValue } from '../../domain/json.ts';
import { isReasonCode } from '../../domain/reasons.ts';
import type { ConnectionDoc, ConsentDoc, InboxDoc } from '../../stores/model.ts';
import { appSettings, type OpenConnection, openConnection } from '../connection.ts';
import type { AuthorizationResult, SessionRef } from '../contracts.ts';
import { longestTestMs } from '../lifecycle/access.ts';
import type { ActivityPorts } from '../ports.ts';
import { secretContext } from '../secret-context.ts';
import { hasProperties } from './confirm.ts';
import { endOf, expiryOf, type GrantSecret, sealGrant } from './grant.ts';

/**
 * Tries what a person sent: exchanges the code of a callback, or tests credentials. The grant is stored before
 * anyone is told. What only the app's outage prevented is thrown and tried again.
 */
export async function authorizeConnection(
  ports: ActivityPorts,
  input: SessionRef & { readonly entryId: string },
): Promise<AuthorizationResult> {
  const open = await openConnection(ports, input);
  const entry = await ports.stores.inbox.get(input.entryId);
  if (entry === null) throw new TributaryError('STATE_FORGED', 'The answer is no longer in the inbox.');
  const { app, status, unattended } = open.connection;
  const finalizes =
    status !== 'CONFIGURING' || (unattended && hasProperties(ports.definition(app), open.connection));
  try {
    await keep(ports, input, await obtain(ports, open, entry));
    await forget(ports, entry);
    return { ok: true, finalizes };
  } catch (error) {
    if (!(error instanceof TributaryError) || error.retryable) throw error;
    await forget(ports, entry);
    if (error.code === 'CONNECTION_GONE') throw error;
    // A callback is exchanged once; repeated by a second attempt it is found used although the first had stored it.
    const stored = await ports.stores.grants.get(input.connectionId, input.generation);
    if (error.code === 'CODE_USED' && stored !== null && stored.updatedAt >= entry.receivedAt)
      return { ok: true, finalizes };
    const reason = isReasonCode(error.code) ? error.code : 'UNKNOWN_ERROR';
    return { ok: false, reason, detail: error.message.slice(0, 1000) };
  }
}

/** Takes away what the code gave, once it is in the grant or refused. */
async function forget({ stores }: ActivityPorts, entry: InboxDoc): Promise<void> {
  if (entry.kind === 'callback') await stores.consents.keepExchanged(stateOf(entry), null);
}

/** The consent link that a callback answers. */
const stateOf = (entry: InboxDoc): string => entry._id.split('/').at(-1) ?? '';

interface Obtained {
  readonly secret: GrantSecret;
  readonly account: string;
  /** What the callback said of the connection. */
  readonly parameters: Readonly<Record<string, string>>;
}

async function obtain(ports: ActivityPorts, open: OpenConnection, entry: InboxDoc): Promise<Obtained> {
  const { connection, definition } = open;
  const app = await appSettings(ports, connection);
  const asking = {
    ...{ fetch: ports.egress.fetch, signal: AbortSignal.timeout(longestTestMs) },
    ...ports.sources,
  };
  if (entry.payload === null) throw new TributaryError('STATE_FORGED');
  const payload = ports.secrets.open(entry.payload, secretContext.inbox(entry._id));
  if (entry.kind === 'credentials') {
    const credentials = payload as unknown as SubmittedCredentials;
    if (credentials.kind === 'clientCredentials') {
      const tokens = await fetchClientToken(definition, app, credentials, asking);
      const account = await fetchAccount(definition, app, tokens, asking);
      return { secret: { kind: 'clientCredentials', credentials, tokens }, account, parameters: {} };
    }
    const account = await testCredentials(definition, app, credentials, asking);
    return { secret: { kind: 'submitted', credentials }, account, parameters: {} };
  }
  const state = stateOf(entry);
  const consent = await ports.stores.consents.get(state);
  if (
    consent === null ||
    consent.connectionId !== connection._id ||
    consent.generation !== connection.generation
  )
    throw new TributaryError('STATE_FORGED');
  const { params } = payload as { params: string };
  const { tokens, parameters } = await exchanged(ports, open, consent, params, app);
  // The identity request may need them; they are stored only once the account is known to be the right one.
  const asked = { ...app, parameters: { ...app.parameters, ...parameters } };
  const account = await fetchAccount(definition, asked, tokens, asking);
  return { secret: { kind: 'oauth2', tokens }, account, parameters };
}

/** A code is exchanged once: what it gave is kept before it is used, for another attempt when the identity request fails. */
async function exchanged(
  ports: ActivityPorts,
  { definition }: OpenConnection,
  { _id: state, exchanged: kept, codeVerifier }: ConsentDoc,
  params: string,
  app: AppSettings,
): Promise<Exchanged> {
  const { secrets, stores, egress } = ports;
  const context = secretContext.exchanged(state);
  if (kept !== undefined) return secrets.open(kept, context) as unknown as Exchanged;
  const verifier = String(secrets.open(codeVerifier, secretContext.consent(state)));
  const callback = { params, state, codeVerifier: verifier, redirectUri: ports.callbackUrl() };
  const fresh = await exchangeCode(definition, app, callback, { fetch: egress.fetch });
  await stores.consents.keepExchanged(state, secrets.seal(fresh as unknown as JsonValue, context));
  return fresh;
}

/**
 * @throws TributaryError ACCOUNT_MISMATCH: another account than before would mix two companies' data. CONNECTION_GONE when
 * it was disconnected while the app was asked.
 */
async function keep(
  ports: ActivityPorts,
  ref: SessionRef,
  { secret, account, parameters }: Obtained,
): Promise<void> {
  const { connectionId, generation } = ref;
  const { stores, secrets } = ports;
  const isGone = (connection: ConnectionDoc | null): boolean =>
    connection?.generation !== generation || connection.ownCode === 26;
  await stores.connections.change(connectionId, (connection) => {
    if (isGone(connection)) throw new TributaryError('CONNECTION_GONE');
    if (connection.account !== null && connection.account !== account)
      throw new TributaryError('ACCOUNT_MISMATCH');
    const merged = { ...connection.parameters, ...parameters };
    const same = connection.account === account && isDeepStrictEqual(merged, connection.parameters);
    return same ? null : { account, parameters: merged };
  });
  const grant = await stores.grants.save({
    connectionId,
    generation,
    account,
    secret: sealGrant(secrets, secret, secretContext.grant(connectionId, generation)),
    expiresAt: expiryOf(secret),
    endsAt: endOf(secret),
  });
  // A purge that was first has not seen it, and nobody would ever delete it.
  if (!isGone(await stores.connections.get(connectionId))) return;
  await stores.grants.remove(grant._id);
  throw new TributaryError('CONNECTION_GONE');
}
