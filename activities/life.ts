import { ApplicationFailure, activityInfo, Context } from '@temporalio/activity';
import { type ErrorCode, TributaryError } from '../domain/errors.ts';
import { classify, toFailure } from './failure.ts';

/** Attempts in a row without progress after which a stage ends in its error status. */
const fruitlessAttempts = 5;

/** What the heartbeat tells: shown in the Temporal Web UI, and read by the next attempt. */
export interface Beat {
  readonly [name: string]: string | number | null;
}

/** The life of one attempt of a long activity. */
export interface Life {
  /** Aborted by a pause, a cancel, a disconnect or the worker's shutdown. */
  readonly signal: AbortSignal;
  /** Something was stored: counts as progress of this attempt. */
  readonly progressed: (beat: Beat) => void;
  /** @throws CancelledFailure when the activity should stop: called at batch borders. */
  readonly stopIfAsked: () => Promise<void>;
}

/** An error that is in no table is a fault of the stage itself. */
function named(error: unknown, unknownAs: ErrorCode): unknown {
  const known = classify(error);
  return known instanceof TributaryError && known.code === 'UNKNOWN_ERROR'
    ? new TributaryError(unknownAs, known.message, {}, { cause: error })
    : known;
}

/** A wait that the app asked for, or for the store to come back, is no fruitless attempt. */
function isWait(error: unknown): boolean {
  const known = classify(error);
  return (
    known instanceof TributaryError &&
    (known.details.retryAfterMs !== undefined || known.code === 'STORE_UNAVAILABLE')
  );
}

/**
 * Runs the body of a long activity: heartbeats in the background, counts the attempts without progress (a wait
 * that the other side asked for is none), and turns what is thrown into failures of the error table.
 * @param unknownAs The code of an error that is in no table.
 */
export async function live<T>(unknownAs: ErrorCode, body: (life: Life) => Promise<T>): Promise<T> {
  const context = Context.current();
  const { attempt, heartbeatDetails, heartbeatTimeoutMs } = activityInfo();
  let progressAttempt = (heartbeatDetails as { progressAttempt?: number } | undefined)?.progressAttempt ?? 0;
  let progressed = progressAttempt > 0;
  let last: Beat = {};
  const beat = () => context.heartbeat({ ...last, progressAttempt });
  const timer = setInterval(beat, Math.max(50, (heartbeatTimeoutMs ?? 30_000) / 3));
  try {
    beat();
    if (attempt - progressAttempt > fruitlessAttempts) throw new TributaryError('ATTEMPTS_EXHAUSTED');
    return await body({
      signal: context.cancellationSignal,
      progressed: (details) => {
        last = details;
        progressed = true;
        progressAttempt = attempt;
        beat();
      },
      stopIfAsked: async () => {
        if (context.cancellationSignal.aborted) await context.cancelled;
      },
    });
  } catch (error) {
    if (context.cancellationSignal.aborted) {
      const { cancelRequested = false, paused = false, reset = false } = context.cancellationDetails ?? {};
      if (cancelRequested || paused || reset) await context.cancelled;
      // Nobody asked the activity to stop: its worker shuts down. Another one goes on, and it counts as no failure.
      progressAttempt = attempt;
      beat();
      throw ApplicationFailure.retryable('The worker shut down.', 'WORKER_SHUTDOWN');
    }
    if (isWait(error)) {
      progressAttempt = attempt;
      beat();
    }
    throw toFailure(named(error, unknownAs), {
      progressed,
      final: attempt - progressAttempt >= fruitlessAttempts,
    });
  } finally {
    clearInterval(timer);
  }
}
