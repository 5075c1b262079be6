import type { Actor } from '../../domain/contracts.ts';
import { isHeldStatus } from '../../domain/lifecycle.ts';
import { type SyncRunStep, syncRunIdOf } from '../../domain/sync-contracts.ts';
import { syncRunMachine } from '../../domain/sync-run.ts';
import { isResumeWindowOver } from '../../domain/sync-window.ts';
import type { ConnectionDoc, SyncDoc, SyncRunDoc } from '../../stores/model.ts';
import type { BegunSyncRun, SyncActivities } from '../contracts.ts';
import type { ActivityPorts } from '../ports.ts';
import { writeSyncRun } from './status.ts';
import { leaveDestination } from './turns.ts';

type Input = Parameters<SyncActivities['beginSyncRun']>[0];

const isEnd = (run: SyncRunDoc): boolean => (syncRunMachine.ends as readonly unknown[]).includes(run.status);

/**
 * What an execution works for: the paused run, which is finished first, else a new one. A run that a dead execution
 * left behind ends as failed.
 */
export async function beginSyncRun(
  ports: ActivityPorts,
  input: Input,
): ReturnType<SyncActivities['beginSyncRun']> {
  const { stores } = ports;
  const { syncId, start, engineRun } = input;
  const sync = await stores.syncs.get(syncId);
  const connection = sync === null ? null : await stores.connections.get(sync.connectionId);
  if (sync === null || connection === null) return { refused: 'NOT_FOUND' };

  const latest = await latestRun(ports, sync);
  const mine = latest?.runIds.includes(engineRun) === true;
  const refused = mayRun(sync, connection);
  if (latest !== null && latest.status === 'paused') {
    const ends = start.only === 'cancel' || (start.only === 'tidy' && isOver(latest, connection, input));
    if (!ends && (refused !== null || start.only === 'tidy')) return { refused: refused ?? 'NOTHING_TO_DO' };
    return resume(ports, latest, sync, connection, input);
  }
  if (start.only === 'cancel' || start.only === 'rest') return { refused: 'NOTHING_TO_DO' };
  if (latest !== null && !isEnd(latest) && !mine) await abandon(ports, latest, sync);
  if (start.only === 'tidy') return { refused: 'NOTHING_TO_DO' };
  if (refused !== null) return { refused };
  const run = await stores.syncRuns.allocate({
    sync,
    generation: connection.generation,
    engineRun,
    kind: start.kind,
    key: start.key ?? null,
    by: start.by,
    at: new Date(),
  });
  return begun(ports, run, sync, connection, null);
}

/** Why a sync may not run now; null: it may. A connection without a grant goes on with the records there are. */
function mayRun(sync: SyncDoc, connection: ConnectionDoc): 'SYNC_DISABLED' | 'CONNECTION_HELD' | null {
  if (sync.status === 'disabled') return 'SYNC_DISABLED';
  const held = isHeldStatus(connection.status) || connection.ownCode === 26;
  return held || connection.status === 'CONFIGURING' ? 'CONNECTION_HELD' : null;
}

/** The newest run; one whose number the sync does not know yet is found too. */
async function latestRun({ stores }: ActivityPorts, { _id, latestRun: known }: SyncDoc) {
  const ahead = await stores.syncRuns.get(syncRunIdOf(_id, known + 1));
  return ahead ?? (await stores.syncRuns.get(syncRunIdOf(_id, known)));
}

async function resume(
  ports: ActivityPorts,
  run: SyncRunDoc,
  sync: SyncDoc,
  connection: ConnectionDoc,
  input: Input,
): Promise<BegunSyncRun> {
  await ports.stores.syncRuns.addEngineRun(run._id, input.engineRun);
  const changed = sync.version !== run.version || connection.generation !== run.generation;
  return begun(
    ports,
    run,
    sync,
    connection,
    isOver(run, connection, input) ? 'RESUME_WINDOW_OVER' : changed ? 'SYNC_CHANGED' : null,
  );
}

const isOver = (
  { since }: SyncRunDoc,
  { status, changedAt }: ConnectionDoc,
  { resumeWindowMs }: Input,
): boolean =>
  isResumeWindowOver(since, { status, statusSince: changedAt?.status ?? null }, resumeWindowMs, new Date());

/** Its slot first: who joined while this execution lives takes the dead one's holder for alive. */
async function abandon(
  ports: ActivityPorts,
  run: SyncRunDoc,
  { _id: syncId, destinationId }: SyncDoc,
): Promise<void> {
  await leaveDestination(ports, { destinationId, syncId });
  const by: Actor = { kind: 'system', id: 'sync-run' };
  const at = new Date().toISOString();
  const { status, seq } = run;
  const trigger = { event: 'trigger', to: 'started', reason: null } as const;
  const abort = { event: 'abort', to: 'failed', reason: 'RUN_ABANDONED' } as const;
  const moves = status === null ? [trigger, abort] : [abort];
  let from = status;
  const steps: SyncRunStep[] = [];
  for (const move of moves) {
    steps.push({ seq: seq + steps.length + 1, from, ...move, by, at });
    from = move.to;
  }
  await writeSyncRun(ports, { runId: run._id, steps });
}

const begun = (
  { poolQueue }: ActivityPorts,
  run: SyncRunDoc,
  sync: SyncDoc,
  connection: ConnectionDoc,
  ends: BegunSyncRun['ends'],
): BegunSyncRun => ({
  runId: run._id,
  syncId: sync._id,
  destinationId: sync.destinationId,
  connectionId: connection._id,
  company: connection.company,
  status: run.status,
  seq: run.seq,
  test: run.kind === 'test',
  rejectedThreshold: sync.rejectedThreshold,
  ends,
  poolQueue: poolQueue(connection.pool),
});
