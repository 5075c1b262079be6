import { syncSchedulesOf } from '../../../domain/ticks.ts';
import type { ConnectionDoc, SyncDoc } from '../../../stores/model.ts';
import { nextRunsOf } from '../../next-runs.ts';
import type { RouteDeps } from '../deps.ts';
import type { Sync } from '../schemas/syncs.ts';
import { callsOfSync, type FoundSync, isDisconnected, isHeld } from '../sync-calls.ts';
import { restages } from '../sync-estimate.ts';
import { reasonText, syncRunView } from './sync-run.ts';

const nextRunsShown = 3;

function nextRuns(sync: SyncDoc, connection: ConnectionDoc | null, now: Date): string[] {
  if (connection === null) return [];
  const [schedule] = syncSchedulesOf(connection, [sync]);
  if (schedule === undefined || schedule.paused) return [];
  return nextRunsOf(schedule, nextRunsShown, now).map((at) => at.toISOString());
}

function sentenceOf({ sync, connection, latest }: FoundSync): string {
  const { _id, status, statusReason } = sync;
  if (isDisconnected(connection)) return 'Its connection was disconnected: it has nothing to read from.';
  if (status === 'disabled') {
    const why = statusReason === 'CONNECTION_DISCONNECTED' ? ' since its connection was disconnected' : '';
    return `Disabled${why}: it does not run until it is enabled (tributary sync enable ${_id}).`;
  }
  if (isHeld(connection))
    return `Its connection is ${connection?.status}: it runs when that is started again.`;
  if (latest?.status === 'paused')
    return `Its last run was interrupted; the next one delivers the rest. ${reasonText(latest.reason) ?? ''}`.trim();
  if (status === 'pending') return 'It has not run since it was made or enabled.';
  const aside = latest?.ledger.quarantined ?? 0;
  if (status === 'healthy' && aside > 0)
    return `Its last run went through, but put rows into quarantine: ${aside} (tributary quarantine list ${_id} --sync).`;
  if (status === 'healthy') return 'Its last run went through, and no row failed.';
  return `Its last run failed. ${reasonText(statusReason) ?? ''}`.trim();
}

/** A sync as the API shows it, with its latest run. */
export async function syncView(deps: RouteDeps, found: FoundSync): Promise<Sync> {
  const { sync, connection, latest } = found;
  const stale = connection?.ownCode === 8 ? connection.ownCodeSince : null;
  return {
    id: sync._id,
    connection: sync.connectionId,
    company: sync.company,
    destination: sync.destinationId,
    model: { resource: sync.model.resource, filter: { ...sync.model.filter } },
    mapping: sync.mapping.map((one) => ({ ...one })),
    keyField: sync.keyField,
    object: sync.object,
    mode: sync.mode,
    schedule: sync.schedule,
    timeZone: sync.timeZone,
    rejectedThreshold: sync.rejectedThreshold,
    rejectionCap: sync.rejectionCap,
    status: sync.status,
    statusSince: sync.statusSince.toISOString(),
    statusReason: sync.statusReason,
    sentence: sentenceOf(found),
    sourceStaleSince: stale?.toISOString() ?? null,
    held: isHeld(connection),
    nextRuns: nextRuns(sync, connection, deps.now()),
    restages: connection === null || restages(sync, connection),
    deliveredThrough: sync.staged?.sealed ?? null,
    version: sync.version,
    latestRun: latest === null ? null : await syncRunView(deps, latest, sync.destinationId),
    allowed: callsOfSync(found),
    createdBy: sync.createdBy,
    createdAt: sync.createdAt.toISOString(),
    updatedAt: sync.updatedAt.toISOString(),
  };
}
