import { ActivityCancellationType, proxyActivities } from '@temporalio/workflow';
import type { ReportActivities, ReportHeavyActivities } from '../../activities/reports/contracts.ts';
import type { ReportDurations } from '../../domain/report-contracts.ts';

const cancellationType = ActivityCancellationType.WAIT_CANCELLATION_COMPLETED;

/** Writes of the store: tried until it answers. */
export const quick = proxyActivities<ReportActivities>({
  startToCloseTimeout: '2 minutes',
  cancellationType,
  retry: { initialInterval: '500ms', maximumInterval: '10s' },
});

/** Getting, comparing and delivering the rows. How many attempts may be fruitless is counted by the activity. */
export const heavy = (
  poolQueue: string,
  { heartbeatMs, retryInitialMs, stageMs }: ReportDurations,
  summary: string,
): ReportHeavyActivities =>
  proxyActivities<ReportHeavyActivities>({
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
