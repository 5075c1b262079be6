import { randomBytes } from 'node:crypto';
import { settingsFrom } from '../../activities/connection.ts';
import { secretContext } from '../../activities/secret-context.ts';
import type { AppSettings } from '../../connectors/app.ts';
import type { ConnectorDefinition } from '../../connectors/definition.ts';
import { beginAuthorization } from '../../connectors/oauth.ts';
import { type Actor, defaultDurations } from '../../domain/contracts.ts';
import { TributaryError } from '../../domain/errors.ts';
import { sessionStatusNames } from '../../domain/session.ts';
import type { ConnectionDoc, SessionDoc } from '../../stores/model.ts';
import { callsOf, currentOf } from '../refusals.ts';
import { untilSeen } from '../until-seen.ts';
import type { RouteDeps } from './deps.ts';
import { findDefinition, latestSession } from './find.ts';
import type { Authorized } from './schemas/connections.ts';
import { isSetUp } from './views/app.ts';

export const callbackPath = '/api/oauth/callback';

/**
 * Address and client of a connection's app.
 * @throws {TributaryError} APP_NOT_SET_UP
 */
export async function settingsOf(
  { stores, secrets }: RouteDeps,
  definition: ConnectorDefinition,
  parameters: ConnectionDoc['parameters'],
): Promise<AppSettings> {
  const { id, auth } = definition;
  const doc = await stores.apps.get(id);
  if (!isSetUp(definition, doc))
    throw new TributaryError(
      'APP_NOT_SET_UP',
      `The app ${id} has no ${auth.kind === 'oauth2' ? 'address or client' : 'address'} yet.`,
      { app: id },
    );
  return settingsFrom(secrets, doc, parameters);
}

/**
 * Brings the connection's session to 6 and says how to authorize: an open one in 7 or 20 is retried, and where none
 * is open a new one is started.
 * @throws {TributaryError} ILLEGAL_MOVE when the open session is past 6; APP_NOT_SET_UP; NO_WORKER when no session
 * stands in 6 in time
 */
export async function authorize(deps: RouteDeps, connection: ConnectionDoc, by: Actor): Promise<Authorized> {
  const definition = findDefinition(deps, connection.app);
  const app = await settingsOf(deps, definition, connection.parameters);
  const session = await sessionToAuthorize(deps, connection, by);
  const { kind } = definition.auth;
  if (kind !== 'oauth2') {
    const submitTo = deps.address(`/api/connections/${connection._id}/credentials`);
    return { sessionId: session._id, authorization: { kind: 'credentials', takes: kind, submitTo } };
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
  });
  const link = deps.address(`/authorize/${state}`);
  return {
    sessionId: session._id,
    authorization: { kind: 'oauth2', link, expiresAt: expiresAt.toISOString() },
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
  if (open?.status === 7 || open?.status === 20) await deps.sessions.call(open._id, 'retry', { by });
  else if (open !== null && open.status !== null) throw pastAuthorization(open);
  else if (open === null) await deps.sessions.startSession(connection, { kind: 'authorize', by });

  const first = open?.number ?? (latest?.number ?? 0) + 1;
  const begun = await untilSeen(deps.waitMs, async () => {
    const now = await latestSession(deps, connection._id);
    return now !== null && now.number >= first && now.status !== null ? now : null;
  });
  if (begun === null) throw new TributaryError('NO_WORKER', undefined, { connectionId: connection._id });
  if (begun.status !== 6) throw pastAuthorization(begun);
  return begun;
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
