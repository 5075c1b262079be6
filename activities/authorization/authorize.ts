import type { SubmittedCredentials } from '../../connectors/app.ts';
import { fetchAccount, testCredentials } from '../../connectors/identity.ts';
import { exchangeCode } from '../../connectors/oauth.ts';
import { TributaryError } from '../../domain/errors.ts';
import { isReasonCode } from '../../domain/reasons.ts';
import type { InboxDoc } from '../../stores/model.ts';
import { appSettings, type OpenConnection, openConnection } from '../connection.ts';
import type { AuthorizationResult, SessionRef } from '../contracts.ts';
import type { ActivityPorts } from '../ports.ts';
import { secretContext } from '../secret-context.ts';
import { expiryOf, type GrantSecret, sealGrant } from './grant.ts';

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
  const { status, unattended } = open.connection;
  const finalizes = status !== 'CONFIGURING' || unattended;
  try {
    const { secret, account } = await obtain(ports, open, entry);
    await keep(ports, input, secret, account);
    return { ok: true, finalizes };
  } catch (error) {
    if (!(error instanceof TributaryError) || error.retryable) throw error;
    // A callback is exchanged once; repeated by a second attempt it is found used although the first had stored it.
    const stored = await ports.stores.grants.get(input.connectionId, input.generation);
    if (error.code === 'CODE_USED' && stored !== null && stored.updatedAt >= entry.receivedAt)
      return { ok: true, finalizes };
    const reason = isReasonCode(error.code) ? error.code : 'UNKNOWN_ERROR';
    return { ok: false, reason, detail: error.message.slice(0, 1000) };
  }
}

interface Obtained {
  readonly secret: GrantSecret;
  readonly account: string;
}

async function obtain(
  ports: ActivityPorts,
  { connection, definition }: OpenConnection,
  entry: InboxDoc,
): Promise<Obtained> {
  const app = await appSettings(ports, connection);
  if (entry.payload === null) throw new TributaryError('STATE_FORGED');
  const payload = ports.secrets.open(entry.payload, secretContext.inbox(entry._id));
  if (entry.kind === 'credentials') {
    const credentials = payload as unknown as SubmittedCredentials;
    return {
      secret: { kind: 'submitted', credentials },
      account: await testCredentials(definition, app, credentials),
    };
  }
  const state = entry._id.split('/').at(-1) ?? '';
  const consent = await ports.stores.consents.get(state);
  if (
    consent === null ||
    consent.connectionId !== connection._id ||
    consent.generation !== connection.generation
  )
    throw new TributaryError('STATE_FORGED');
  const { params } = payload as { params: string };
  const tokens = await exchangeCode(definition, app, {
    params,
    state,
    codeVerifier: String(ports.secrets.open(consent.codeVerifier, secretContext.consent(state))),
    redirectUri: ports.callbackUrl(),
  });
  return { secret: { kind: 'oauth2', tokens }, account: await fetchAccount(definition, app, tokens) };
}

/** @throws TributaryError ACCOUNT_MISMATCH: another account than before would mix two companies' data. */
async function keep(
  ports: ActivityPorts,
  ref: SessionRef,
  secret: GrantSecret,
  account: string,
): Promise<void> {
  const { connectionId, generation } = ref;
  const { stores, secrets } = ports;
  await stores.connections.change(connectionId, (connection) => {
    if (connection.account !== null && connection.account !== account)
      throw new TributaryError('ACCOUNT_MISMATCH');
    return connection.account === account ? null : { account };
  });
  const expiresAt = secret.kind === 'oauth2' ? expiryOf(secret.tokens) : null;
  const sealed = sealGrant(secrets, secret, secretContext.grant(connectionId, generation));
  await stores.grants.save({ connectionId, generation, account, secret: sealed, expiresAt, endsAt: null });
}
