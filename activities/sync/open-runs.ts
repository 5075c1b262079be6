import { activityInfo, getClient } from '@temporalio/activity';
import {
  isGrpcDeadlineError,
  WorkflowFailedError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
} from '@temporalio/client';
import type { Actor } from '../../domain/contracts.ts';
import { syncMachine } from '../../domain/sync.ts';
import {
  defaultSyncDurations,
  type SyncCancel,
  type SyncPause,
  type SyncRunInput,
  type SyncStart,
  syncMessages,
  syncRunIdOf,
  syncRunType,
  syncRunWorkflowId,
} from '../../domain/sync-contracts.ts';
import type { SyncDoc } from '../../stores/model.ts';
import type { ActivityPorts } from '../ports.ts';
import { writeSyncRun } from './status.ts';

const system: Actor = { kind: 'system', id: 'sync-run' };
/** A destination that does not answer keeps no connection from being paused: its run stops when it can. */
const standStillMs = 30_000;

/**
 * Starts the syncs that follow the connection's sessions. One that runs takes the session along afterwards; the same
 * session asked twice is one run.
 */
export async function startSyncs(
  ports: Ports,
  { connectionId, sessionId }: { readonly connectionId: string; readonly sessionId: string },
): Promise<{ readonly started: number }> {
  const all = await ports.stores.syncs.list({ connectionId });
  const following = all.filter(
    ({ schedule, status }) => schedule.kind === 'AFTER_SESSION' && status !== 'disabled',
  );
  const by: Actor = { kind: 'system', id: `session ${sessionId}` };
  for (const sync of following) await begin(ports, sync, { id: sessionId, kind: 'run', by });
  return { started: following.length };
}

type Ports = Pick<ActivityPorts, 'stores' | 'delivery'>;

/** A run that is open takes the start along afterwards. */
async function begin({ delivery }: Ports, sync: SyncDoc, start: SyncStart): Promise<void> {
  const durations = delivery?.durations ?? defaultSyncDurations;
  const input: SyncRunInput = { syncId: sync._id, start, durations };
  await getClient().workflow.signalWithStart(syncRunType, {
    ...startOptions(sync, activityInfo().taskQueue),
    args: [input],
    signal: syncMessages.again,
    signalArgs: [start],
  });
}

/** How a run of a sync is started, whoever does. */
export const startOptions = ({ _id, company, connectionId }: SyncDoc, taskQueue: string) => ({
  workflowId: syncRunWorkflowId(_id),
  taskQueue,
  memo: { syncId: _id, connectionId, company },
  staticSummary: `${_id}: sync run`,
  priority: { fairnessKey: company },
});

/** Tells the open runs of the connection's syncs to stop at a batch border; the next ones finish the rest. */
export async function pauseSyncs(
  { stores }: Pick<ActivityPorts, 'stores'>,
  {
    connectionId,
    reason,
    by,
    untilStopped,
  }: { readonly connectionId: string; readonly untilStopped: boolean } & SyncPause,
): Promise<{ readonly told: number }> {
  const told: string[] = [];
  for (const { _id } of await stores.syncs.list({ connectionId })) {
    const request: SyncPause = { reason, by };
    if (await toOpen(() => handleOf(_id).signal(syncMessages.pause, request))) told.push(_id);
  }
  if (untilStopped) await Promise.all(told.map(standsStill));
  return { told: told.length };
}

async function standsStill(syncId: string): Promise<void> {
  try {
    await getClient().withDeadline(Date.now() + standStillMs, () => handleOf(syncId).result());
  } catch (error) {
    const ended = error instanceof WorkflowFailedError || error instanceof WorkflowNotFoundError;
    if (!ended && !isGrpcDeadlineError(error)) throw error;
  }
}

/**
 * Goes on with what a pause of the connection had interrupted: the rest of a run that delivered, or a run anew that
 * was staging. Nothing else starts: that is for schedules, sessions and people.
 */
export async function resumeSyncs(
  ports: Ports,
  {
    connectionId,
    number,
    by,
  }: { readonly connectionId: string; readonly number: number; readonly by: Actor },
): Promise<{ readonly started: number }> {
  let started = 0;
  for (const sync of await ports.stores.syncs.list({ connectionId })) {
    const latest = await ports.stores.syncRuns.get(syncRunIdOf(sync._id, sync.latestRun));
    if (sync.status === 'disabled' || latest?.reason !== 'CONNECTION_PAUSED') continue;
    const { status, kind, key } = latest;
    const id = `resume ${connectionId} ${number}`;
    if (status === 'paused') await begin(ports, sync, { id, kind: 'run', by, only: 'rest' });
    else if (kind !== 'test') await begin(ports, sync, { id, kind, by, ...(key === null ? {} : { key }) });
    else continue;
    started += 1;
  }
  return { started };
}

/** 26: runs are canceled, syncs disabled with CONNECTION_DISCONNECTED; what the destinations have stays there. */
export async function endSyncs(
  { stores }: Pick<ActivityPorts, 'stores'>,
  { connectionId }: { readonly connectionId: string },
): Promise<void> {
  const reason = 'CONNECTION_DISCONNECTED';
  for (const { _id } of await stores.syncs.list({ connectionId })) {
    await stores.syncs.change(_id, (sync) => {
      const move = syncMachine.advance(sync.status, 'disable');
      if (!move.ok || sync.statusReason === reason) return null;
      return { status: move.to, statusReason: reason, statusSince: new Date(), staged: null };
    });
    const request: SyncCancel = { by: system, reason };
    await toOpen(() => handleOf(_id).executeUpdate(syncMessages.cancel, { args: [request] }));
    await cancelPaused({ stores }, _id, request);
  }
}

/** Nobody works for a paused run, so nobody else writes its status. */
async function cancelPaused(
  { stores }: Pick<ActivityPorts, 'stores'>,
  syncId: string,
  { by, reason = 'CANCELED' }: SyncCancel,
): Promise<void> {
  const sync = await stores.syncs.get(syncId);
  const latest = sync === null ? null : await stores.syncRuns.get(syncRunIdOf(syncId, sync.latestRun));
  if (latest?.status !== 'paused') return;
  const at = new Date().toISOString();
  const step = {
    seq: latest.seq + 1,
    from: 'paused',
    to: 'canceled',
    event: 'cancel',
    reason,
    by,
    at,
  } as const;
  await writeSyncRun({ stores }, { runId: latest._id, steps: [step] });
}

const handleOf = (syncId: string) => getClient().workflow.getHandle(syncRunWorkflowId(syncId));

/** False when no run is open. */
async function toOpen(send: () => Promise<unknown>): Promise<boolean> {
  try {
    await send();
    return true;
  } catch (error) {
    // It ended in this moment.
    if (error instanceof WorkflowNotFoundError || error instanceof WorkflowUpdateFailedError) return false;
    throw error;
  }
}
