import { randomBytes } from 'node:crypto';
import { settingsFrom } from '../../activities/connection.ts';
import { secretContext } from '../../activities/secret-context.ts';
import { type AppSettings, resolveAddress } from '../../connectors/app.ts';
import type { ConnectorDefinition } from '../../connectors/definition.ts';
import { beginAuthorization } from '../../connectors/oauth.ts';
import { missingSettings, notSetUp } from '../../connectors/set-up.ts';
import { type Actor, defaultDurations } from '../../domain/contracts.ts';
import { TributaryError } from '../../domain/errors.ts';
import { sessionStatusNames } from '../../domain/session.ts';
import type { AppDoc, ConnectionDoc, SessionDoc } from '../../stores/model.ts';
import { callsOf, currentOf } from '../refusals.ts';
import { untilSeen } from '../until-seen.ts';
import type { RouteDeps } from './deps.ts';
import { findDefinition, latestSession } from './find.ts';
import type { Authorized } from './schemas/connections.ts';

export const callbackPath = '/api/oauth/callback';

/**
 * Address and client of a connection's app.
 * @throws {TributaryError} APP_NOT_SET_UP; ADDRESS_REFUSED for an address that we would not ask
 */
export async function settingsOf(
  { stores, secrets, egress }: RouteDeps,
  definition: ConnectorDefinition,
  parameters: ConnectionDoc['parameters'],
): Promise<AppSettings> {
  const doc = await requireSetUp({ stores }, definition);
  const app = settingsFrom(secrets, doc, parameters);
  // What another kind asks is in its configuration, which is tested when it is submitted.
  if (definition.kind === 'rest') egress.check(resolveAddress(definition.baseUrl, app));
  return app;
}

/**
 * The app's settings, which have all that its definition needs.
 * @throws {TributaryError} APP_NOT_SET_UP naming what is missing, and the command
 */
export async function requireSetUp(
  { stores }: Pick<RouteDeps, 'stores'>,
  definition: ConnectorDefinition,
): Promise<AppDoc | null> {
  const doc = await stores.apps.get(definition.id);
  const missing = missingSettings(definition, doc ?? {});
  if (missing.length > 0) throw notSetUp(definition.id, missing);
  return doc;
}

/**
 * Brings the connection's session to 6 and says how to authorize: an open one in 7 or 20 is retried, and where none
 * is open a new one is started, also for a connection that is authorized: no refresh runs until that is done.
 * @param connectLink The connect link that it is asked by.
 * @throws {TributaryError} ILLEGAL_MOVE when the open session is past 6; APP_NOT_SET_UP; NO_WORKER when no session
 * stands in 6 in time
 */
export async function authorize(
  deps: RouteDeps,
  connection: ConnectionDoc,
  by: Actor,
  connectLink?: string,
): Promise<Authorized> {
  const definition = findDefinition(deps, connection.app);
  const app = await settingsOf(deps, definition, connection.parameters);
  const session = await sessionToAuthorize(deps, connection, by);
  const { kind } = definition.auth;
  const note = connection.authorized
    ? `${connection._id} is authorized already: no refresh runs until this is answered, or canceled twice (tributary session cancel ${session._id}): the first cancel ends the wait, the second one closes it.`
    : null;
  if (kind !== 'oauth2') {
    const submitTo = deps.address(`/api/connections/${connection._id}/credentials`);
    return { sessionId: session._id, authorization: { kind: 'credentials', takes: kind, submitTo }, note };
  }
  const state = randomBytes(32).toString('base64url');
  const redirectUri = deps.address(callbackPath);
  const { url, codeVerifier } = await beginAuthorization(definition, app, { state, redirectUri });
  const createdAt = deps.now();
  const expiresAt = session.until ?? new Date(createdAt.getTime() + defaultDurations.linkValidMs);
  await deps.stores.consents.create({
    _id: state,
    connectionId: connection._id,
    generation: connection.generation,
    sessionId: session._id,
    codeVerifier: deps.secrets.seal(codeVerifier, secretContext.consent(state)),
    url,
    createdAt,
    expiresAt,
    ...(connectLink === undefined ? {} : { connectLink }),
  });
  const link = deps.address(`/authorize/${state}`);
  return {
    sessionId: session._id,
    authorization: { kind: 'oauth2', link, expiresAt: expiresAt.toISOString() },
    note,
  };
}

/** The open session, in 6. */
async function sessionToAuthorize(
  deps: RouteDeps,
  connection: ConnectionDoc,
  by: Actor,
): Promise<SessionDoc> {
  const latest = await latestSession(deps, connection._id);
  const open = latest?.closedAt === null ? latest : null;
  if (open?.status === 6) return open;
  if (open?.status === 7 || open?.status === 20)
    await deps.sessions.call(open._id, 'retry', { by, reauthorize: true });
  else if (open !== null && open.status !== null) throw pastAuthorization(open);
  else if (open === null) await startOnce(deps, connection, by);

  const first = open?.number ?? (latest?.number ?? 0) + 1;
  const begun = await untilSeen(deps.waitMs, async () => {
    const now = await latestSession(deps, connection._id);
    return now !== null && now.number >= first && now.status !== null ? now : null;
  });
  if (begun === null) throw new TributaryError('NO_WORKER', undefined, { connectionId: connection._id });
  if (begun.status !== 6) throw pastAuthorization(begun);
  return begun;
}

/** Two people, or two clicks, at once: one starts the session, the other finds it. */
async function startOnce({ sessions }: RouteDeps, connection: ConnectionDoc, by: Actor): Promise<void> {
  try {
    await sessions.startSession(connection, { kind: 'authorize', by });
  } catch (error) {
    if (!(error instanceof TributaryError) || error.code !== 'SESSION_OPEN') throw error;
  }
}

function pastAuthorization(session: SessionDoc): TributaryError {
  const { _id, status } = session;
  const name = status === null ? 'beginning' : `${sessionStatusNames[status]} (${status})`;
  return new TributaryError('ILLEGAL_MOVE', `Session ${_id} is ${name}: there is nothing to authorize now.`, {
    sessionId: _id,
    current: currentOf(status),
    allowed: callsOf(session, session.number),
  });
}
