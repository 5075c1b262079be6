import type { Actor } from '../../domain/contracts.ts';
import { isHeldStatus } from '../../domain/lifecycle.ts';
import {
  defaultSyncDurations,
  type SyncRefusal,
  type SyncRunInput,
  type SyncStart,
  syncMessages,
  syncRunIdOf,
  syncRunType,
} from '../../domain/sync-contracts.ts';
import { type SyncTick, syncScheduleIdOf, type TickOutcome } from '../../domain/ticks.ts';
import type { ConnectionDoc, SyncDoc } from '../../stores/model.ts';
import type { ActivityPorts } from '../ports.ts';
import { startOptions } from '../sync/open-runs.ts';
import { applyBy } from './apply.ts';
import { removeSchedule } from './engine.ts';
import type { TickEngine } from './tick.ts';

type Ports = Pick<ActivityPorts, 'stores' | 'ticks' | 'log' | 'delivery'>;

/** Starts a run of a sync, or asks the open one to be followed by another; what may not run is skipped and noted. */
export async function tickSync(ports: Ports, engine: TickEngine, tick: SyncTick): Promise<TickOutcome> {
  const [sync, connection] = await Promise.all([
    ports.stores.syncs.get(tick.syncId),
    ports.stores.connections.get(tick.connectionId),
  ]);
  if (sync === null || connection === null) {
    // A Schedule that was forgotten ends here; should the sync have come back in this moment, it is made again.
    await removeSchedule(engine.client, syncScheduleIdOf(tick.syncId));
    await applyBy(ports, engine, tick);
  }
  const by: Actor = { kind: 'schedule', id: syncScheduleIdOf(tick.syncId) };
  return startSync(ports, engine, { ...tick, by });
}

/** The same for whoever asks; a sync or a connection that is gone is skipped. */
export async function startSync(
  ports: Ports,
  engine: TickEngine,
  { connectionId, syncId, by }: SyncTick & { readonly by: Actor },
): Promise<TickOutcome> {
  const { stores, delivery } = ports;
  const [sync, connection] = await Promise.all([
    stores.syncs.get(syncId),
    stores.connections.get(connectionId),
  ]);
  const skip = async (reason: SyncRefusal): Promise<TickOutcome> => {
    await stores.skippedStarts.put({ _id: engine.tickId, connectionId, reason, by, at: new Date() });
    ports.log.info({ connectionId, syncId, reason }, 'a tick of a sync was skipped');
    return { decision: 'skipped', reason, sessionId: null };
  };
  if (sync === null || connection === null) return skip('NOT_FOUND');
  const refusal = refusalOf(sync, connection);
  if (refusal !== null) return skip(refusal);

  const latest = await stores.syncRuns.get(syncRunIdOf(syncId, sync.latestRun));
  const open = latest !== null && latest.endedAt === null && latest.status !== 'paused';
  const start: SyncStart = { id: engine.tickId, kind: 'run', by };
  const input: SyncRunInput = { syncId, start, durations: delivery?.durations ?? defaultSyncDurations };
  await engine.client.workflow.signalWithStart(syncRunType, {
    ...startOptions(sync, engine.taskQueue),
    args: [input],
    signal: syncMessages.again,
    signalArgs: [start],
  });
  return { decision: open ? 'kept' : 'started', reason: null, sessionId: null };
}

/** A connection without a grant is no hindrance: the sync goes on with the records there are. */
function refusalOf(sync: SyncDoc, { status, ownCode }: ConnectionDoc): SyncRefusal | null {
  if (sync.status === 'disabled') return 'SYNC_DISABLED';
  const held = isHeldStatus(status) || status === 'CONFIGURING' || ownCode === 26;
  return held ? 'CONNECTION_HELD' : null;
}
