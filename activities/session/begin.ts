import type { Scope, SessionStart, StartRefusal } from '../../domain/contracts.ts';
import { sessionIdOf } from '../../domain/contracts.ts';
import { isHeldStatus } from '../../domain/lifecycle.ts';
import { isContinuable, isFinalStatus, needsSlots, substages } from '../../domain/session.ts';
import type { ConnectionDoc, SessionDoc } from '../../stores/model.ts';
import type { BegunSession, WaitsForSlot } from '../contracts.ts';
import type { ActivityPorts } from '../ports.ts';
import { giveSlots, goOnInTurn } from '../slots/slots.ts';
import { deauthorize } from './deauthorize.ts';
import { isRevoked } from './inbox.ts';

interface BeginInput {
  readonly connectionId: string;
  readonly start: SessionStart;
  readonly runId: string;
}

/**
 * Decides whether a session may start (states.md section 1: only where the connection is STARTED and authorized; 6
 * is opened only by a person's call), which one is continued, and allocates the number of a new one.
 */
export async function beginSession(
  ports: ActivityPorts,
  input: BeginInput,
): Promise<BegunSession | { readonly refused: StartRefusal }> {
  const { stores } = ports;
  const { connectionId, start, runId } = input;
  const connection = await stores.connections.get(connectionId);
  if (connection === null) return { refused: 'CONNECTION_NOT_FOUND' };
  const latest =
    connection.latestSession === 0
      ? null
      : await stores.sessions.get(sessionIdOf(connectionId, connection.latestSession));
  // The same run asks again when its first answer was lost.
  if (latest?.runIds.includes(runId)) return describe(ports, connection, latest);

  const decided = (await revokedMeanwhile(ports, connection, input))
    ? ({ refused: 'NOT_AUTHORIZED' } as const)
    : await decide(ports, connection, latest, start);
  // What a tick wanted may have been disabled while it waited.
  const isEmpty = 'open' in decided && start.kind === 'load' && covered(connection, start).length === 0;
  const decision: Decision = isEmpty ? { refused: 'NOTHING_TO_DO' } : decided;
  if ('refused' in decision) {
    const { refused } = decision;
    await stores.skippedStarts.put({
      _id: runId,
      connectionId,
      reason: refused,
      by: start.by,
      at: new Date(),
    });
    return { refused };
  }
  if ('adopt' in decision)
    return describe(ports, connection, await stores.sessions.adopt(decision.adopt._id, runId));
  const session = await stores.sessions.allocate({
    connection,
    runId,
    openedBy: start.by,
    scope: start.kind === 'load' ? (start.scope ?? {}) : {},
    resources: covered(connection, start),
    at: new Date(),
  });
  if (start.kind !== 'authorize') await takeTrigger(ports, connection, session);
  return describe(ports, connection, session);
}

type Decision = { readonly refused: StartRefusal } | { readonly adopt: SessionDoc } | { readonly open: true };

async function decide(
  ports: ActivityPorts,
  connection: ConnectionDoc,
  latest: SessionDoc | null,
  start: SessionStart,
): Promise<Decision> {
  const { status, configurationStatus, ownCode, authorized } = connection;
  if (ownCode === 26) return { refused: 'CONNECTION_NOT_STARTED' };
  if (start.kind === 'resume') {
    const mine = latest?._id === start.sessionId && latest.generation === connection.generation;
    if (!mine || !(isOpen(latest) || canGoOn(latest))) return { refused: 'SESSION_CLOSED' };
    // One that is open stands still by itself while the connection is paused; a closed one is not opened then.
    return isOpen(latest) || !isHeldStatus(status)
      ? { adopt: latest }
      : { refused: 'CONNECTION_NOT_STARTED' };
  }
  if (start.kind === 'authorize') {
    const ready =
      status === 'CONFIGURING'
        ? configurationStatus === 'CONFIGURED' || configurationStatus === 'CONNECTED'
        : true;
    return ready ? { open: true } : { refused: 'CONNECTION_NOT_STARTED' };
  }
  if (status !== 'STARTED') return { refused: 'CONNECTION_NOT_STARTED' };
  if (!authorized || ownCode === 8) return { refused: 'NOT_AUTHORIZED' };
  if (start.kind === 'told' && !(await hooksWait(ports, connection))) return { refused: 'NOTHING_TO_DO' };
  // A run that was terminated from outside left its session in the middle: that one goes on first.
  return latest !== null && (isOpen(latest) || canGoOn(latest)) ? { adopt: latest } : { open: true };
}

/** In the middle; one that reached its end and was cut off before it was closed has nothing to go on with. */
const isOpen = ({ status, closedAt }: SessionDoc): boolean =>
  closedAt === null && status !== null && !isFinalStatus(status);

/** Nobody decided in time; 7 and 20 close for good. */
const canGoOn = ({ status, closedBy }: SessionDoc): boolean =>
  closedBy === 'window' && status !== null && isContinuable(status);

function covered(connection: ConnectionDoc, start: SessionStart): string[] {
  const wanted = start.kind === 'load' ? start.scope?.resources : undefined;
  return connection.resources
    .filter(({ id, enabled }) => enabled && (wanted === undefined || wanted.includes(id)))
    .map(({ id }) => id);
}

/** Whether there is a webhook to begin for; a failure that is over is none. */
async function hooksWait({ stores }: ActivityPorts, { _id, generation }: ConnectionDoc): Promise<boolean> {
  await stores.inbox.endSuperseded({ connectionId: _id, generation }, new Date());
  return (await stores.inbox.unclaimed(_id, ['webhook'], generation)) > 0;
}

/** A revocation that came while no session was open: the connection is in 8 at once, and nothing starts. */
async function revokedMeanwhile(
  ports: ActivityPorts,
  { _id: connectionId, generation, ownCode }: ConnectionDoc,
  { start, runId }: BeginInput,
): Promise<boolean> {
  if (start.kind !== 'told' || ownCode === 26) return false;
  const at = new Date();
  const kinds = ['revoked'] as const;
  const revocations = await ports.stores.inbox.claim({
    connectionId,
    generation,
    kinds,
    sessionId: `start/${runId}`,
    at,
  });
  if (!(await isRevoked(ports, { connectionId, generation }, revocations))) return false;
  await deauthorize(ports, connectionId, generation, at);
  return true;
}

/** Webhooks that came before a session of a direct app belong to it; an aggregator's are waited for in 25. */
async function takeTrigger(
  { stores, definition }: ActivityPorts,
  connection: ConnectionDoc,
  session: SessionDoc,
) {
  // A backfill or a replay reads its rows and nothing else: what came meanwhile is the next session's.
  const { range, replay } = session.scope;
  if (definition(connection.app).aggregator || range !== undefined || replay !== undefined) return;
  const { _id: connectionId, generation } = connection;
  const { resources } = session;
  await stores.inbox.claim({
    connectionId,
    generation,
    kinds: ['webhook'],
    sessionId: session._id,
    ...(session.scope.resources === undefined ? {} : { resources }),
    at: new Date(),
  });
}

function readsOf({ full, range, replay }: Scope): Pick<BegunSession, 'reads'> {
  if (replay !== undefined) return { reads: { replay } };
  if (range !== undefined) return { reads: { range } };
  return full === true ? { reads: { full } } : {};
}

/** A session that goes on with work may have to wait for its turn; one that stands has nothing of the room. */
async function turnOf(
  ports: ActivityPorts,
  session: SessionDoc,
  held: boolean,
): Promise<WaitsForSlot | null> {
  const { _id, connectionId, status, seq } = session;
  if (!held && needsSlots(status)) return goOnInTurn(ports, _id);
  if (session.runIds.length > 1) await giveSlots(ports, [{ connectionId, sessionId: _id, seq }]);
  return null;
}

/** Switched off, what was merged comes back: by the same step, also what other connections left to be done here. */
async function hasMerged(
  { stores }: ActivityPorts,
  { _id, generation, company, app }: ConnectionDoc,
  resources: readonly string[],
): Promise<boolean> {
  for (const resource of resources) {
    if ((await stores.merges.of(_id, generation, resource).members.count()) > 0) return true;
    for await (const _ of stores.across.of(company, app, resource).todos.ofConnection(_id)) return true;
  }
  return false;
}

async function describe(
  ports: ActivityPorts,
  connection: ConnectionDoc,
  session: SessionDoc,
): Promise<BegunSession> {
  const { stores, definition, poolQueue } = ports;
  const app = definition(connection.app);
  const { _id: sessionId, resources } = session;
  const checkpoints = await stores.loading.checkpoints(sessionId, resources);
  const runs = await stores.structuring.many(sessionId, resources);
  const held = isHeldStatus(connection.status);
  // The rows of a replay are here: no webhook has to come before.
  const aggregator = app.aggregator && session.scope.replay === undefined;
  if (held !== (session.held !== null))
    await stores.sessions.setHeld(sessionId, held ? 'CONNECTION_PAUSED' : null);
  const waitsFor = await turnOf(ports, session, held);
  const done = (id: string) => checkpoints.find((one) => one._id === `${sessionId}/${id}`)?.done === true;
  return {
    sessionId,
    connectionId: connection._id,
    generation: session.generation,
    company: connection.company,
    app: connection.app,
    status: session.status,
    reason: session.reason,
    seq: session.seq,
    takesCredentials: app.auth.kind !== 'oauth2',
    aggregator,
    deduplicates:
      (app.deduplication !== undefined && connection.deduplication) ||
      (await hasMerged(ports, connection, resources)),
    webhookPending: session.status === null ? aggregator : session.webhookPending,
    resources: resources.map((id) => ({
      id,
      onError: app.resources.find((resource) => resource.id === id)?.onError ?? 'stop',
      loaded: done(id),
      structured: runs.some((run) => run.resource === id && run.status === 'COMPLETED'),
      quarantined: runs.find((run) => run.resource === id)?.ledger.quarantined ?? 0,
    })),
    substages: substages.filter((name) =>
      ['done', 'skipped'].includes(session.substages[name]?.status ?? 'notStarted'),
    ),
    ...(session.scope.resources === undefined ? {} : { partial: true }),
    ...readsOf(session.scope),
    held,
    ...(waitsFor === null ? {} : { waitsFor }),
    poolQueue: poolQueue(connection.pool),
  };
}
