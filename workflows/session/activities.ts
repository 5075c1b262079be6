import { ActivityCancellationType, proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import type { HeavyActivities, QuickActivities } from '../../activities/contracts.ts';
import type { SessionDurations } from '../../domain/contracts.ts';

const cancellationType = ActivityCancellationType.WAIT_CANCELLATION_COMPLETED;

/** Short activities are tried until the store answers: a session waits for the store, it does not fail by it. */
export const quick = proxyActivities<QuickActivities>({
  startToCloseTimeout: '30s',
  cancellationType,
  retry: { initialInterval: '500ms', maximumInterval: '10s' },
});

/** First try of a status write: in this worker, so that it costs one event. */
export const localWrite = proxyLocalActivities<Pick<QuickActivities, 'writeStatus'>>({
  startToCloseTimeout: '1s',
  scheduleToCloseTimeout: '2s',
  retry: { maximumAttempts: 3, initialInterval: '100ms' },
});

export interface HeavyOptions {
  readonly poolQueue: string;
  readonly durations: SessionDurations;
  /** What is left of the stage's time, in milliseconds; without it only the caller's timer ends the work. */
  readonly leftMs?: number;
  readonly summary: string;
}

/**
 * Long activities. How many attempts in a row may be fruitless is counted by the activity, from its checkpoint;
 * the engine itself tries on until the stage's time is over.
 */
export const heavy = ({ poolQueue, durations, leftMs, summary }: HeavyOptions): HeavyActivities =>
  proxyActivities<HeavyActivities>({
    taskQueue: poolQueue,
    summary,
    cancellationType,
    heartbeatTimeout: durations.heartbeatMs,
    startToCloseTimeout: durations.loadingMs,
    ...(leftMs === undefined ? {} : { scheduleToCloseTimeout: Math.max(leftMs, 1) }),
    retry: {
      initialInterval: durations.retryInitialMs,
      maximumInterval: Math.max(durations.retryInitialMs, Math.min(durations.retryInitialMs * 60, 60_000)),
    },
  });
