import {
  ActivityCancellationType,
  ActivityFailure,
  ApplicationFailure,
  proxyActivities,
  proxyLocalActivities,
} from '@temporalio/workflow';
import type { HeavyActivities, QuickActivities } from '../../activities/contracts.ts';
import type { SessionDurations } from '../../domain/contracts.ts';

const cancellationType = ActivityCancellationType.WAIT_CANCELLATION_COMPLETED;

/**
 * Short activities are tried until the store answers: a session waits for the store, it does not fail by it.
 * Status writes are among them and not local activities: a local one is done before its workflow task is recorded,
 * so that a lost task could leave a status in the store that the replayed workflow never decided.
 */
export const quickActivities = ({ quickMs = 10_000 }: SessionDurations): QuickActivities =>
  proxyActivities<QuickActivities>({
    startToCloseTimeout: quickMs,
    cancellationType,
    retry: { initialInterval: '500ms', maximumInterval: '10s' },
  });

const local = proxyLocalActivities<QuickActivities>({
  startToCloseTimeout: '2s',
  scheduleToCloseTimeout: '5s',
  retry: { maximumAttempts: 3, initialInterval: '100ms' },
});

/** Tries in this worker first, which costs one event; when the store does not answer there, as an activity that waits. */
async function nearest<T>(here: () => Promise<T>, elsewhere: () => Promise<T>): Promise<T> {
  try {
    return await here();
  } catch (error) {
    const cause = error instanceof ActivityFailure ? error.cause : error;
    if (cause instanceof ApplicationFailure && cause.nonRetryable) throw error;
    return elsewhere();
  }
}

/** Both give the same answer when a lost workflow task asks again: by run id, and by entry and session. */
export const nearby = (quick: QuickActivities): Pick<QuickActivities, 'beginSession' | 'claimInbox'> => ({
  beginSession: (input) =>
    nearest(
      () => local.beginSession(input),
      () => quick.beginSession(input),
    ),
  claimInbox: (input) =>
    nearest(
      () => local.claimInbox(input),
      () => quick.claimInbox(input),
    ),
});

/** Exchanges a code or tries credentials at the app, which may be slow, and may have a disturbance for so long. */
export const authorizing = (budgetMs: number): Pick<QuickActivities, 'authorizeConnection'> =>
  proxyActivities<Pick<QuickActivities, 'authorizeConnection'>>({
    startToCloseTimeout: '2 minutes',
    scheduleToCloseTimeout: budgetMs,
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
 * Long activities. How many attempts in a row may be fruitless is counted by the activity, in its heartbeat;
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
