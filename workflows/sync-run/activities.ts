import { ActivityCancellationType, proxyActivities } from '@temporalio/workflow';
import type { SyncActivities, SyncHeavyActivities } from '../../activities/contracts.ts';
import type { SyncDurations } from '../../domain/sync-contracts.ts';

const cancellationType = ActivityCancellationType.WAIT_CANCELLATION_COMPLETED;

/** Writes of the store: tried until it answers. An end tidies up first, so it may take its time; a dead worker is seen by its heartbeat. */
export const quick = proxyActivities<SyncActivities>({
  startToCloseTimeout: '10 minutes',
  heartbeatTimeout: '5s',
  cancellationType,
  retry: { initialInterval: '500ms', maximumInterval: '10s' },
});

/** Staging and delivery. How many attempts may be fruitless is counted by the activity. */
export const heavy = (
  poolQueue: string,
  { heartbeatMs, retryInitialMs, stageMs }: SyncDurations,
  summary: string,
): SyncHeavyActivities =>
  proxyActivities<SyncHeavyActivities>({
    taskQueue: poolQueue,
    summary,
    cancellationType,
    heartbeatTimeout: heartbeatMs,
    startToCloseTimeout: 2 * stageMs,
    scheduleToCloseTimeout: stageMs,
    retry: {
      initialInterval: retryInitialMs,
      maximumInterval: Math.max(retryInitialMs, Math.min(retryInitialMs * 60, 60_000)),
    },
  });
