import { ActivityCancellationType, proxyActivities } from '@temporalio/workflow';
import type { HeavyActivities, QuickActivities } from '../../activities/contracts.ts';
import type { SessionDurations } from '../../domain/contracts.ts';

const cancellationType = ActivityCancellationType.WAIT_CANCELLATION_COMPLETED;

/**
 * Short activities are tried until the store answers: a session waits for the store, it does not fail by it.
 * Status writes are among them and not local activities: a local one is done before its workflow task is recorded,
 * so that a lost task could leave a status in the store that the replayed workflow never decided.
 */
export const quick = proxyActivities<QuickActivities>({
  startToCloseTimeout: '30s',
  cancellationType,
  retry: { initialInterval: '500ms', maximumInterval: '10s' },
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
    // Above every budget of a stage, so that it is the budget that ends it.
    startToCloseTimeout: 2 * Math.max(durations.loadingMs, durations.stageMs),
    ...(leftMs === undefined ? {} : { scheduleToCloseTimeout: Math.max(leftMs, 1) }),
    retry: {
      initialInterval: durations.retryInitialMs,
      maximumInterval: Math.max(durations.retryInitialMs, Math.min(durations.retryInitialMs * 60, 60_000)),
    },
  });
