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
  /** Waits that the other side asked for since something was last stored, in earlier attempts too; in ms. */
  readonly waitedMs: number;
  /** Adds to them. */
  readonly waited: (waitMs: number) => void;
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

/** What every heartbeat tells the next attempt. */
interface Told {
  /** The last attempt that was not fruitless. */
  readonly progressAttempt: number;
  readonly progressed: boolean;
  readonly waitedMs: number;
}

function askedWaitMs(error: unknown): number {
  const known = classify(error);
  return known instanceof TributaryError ? (known.details.retryAfterMs ?? 0) : 0;
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
 * @param countWaits Attempts that end with a wait that the other side asked for count as fruitless too.
 */
export async function live<T>(
  unknownAs: ErrorCode,
  body: (life: Life) => Promise<T>,
  { countWaits = false }: { readonly countWaits?: boolean } = {},
): Promise<T> {
  const context = Context.current();
  const { attempt, heartbeatDetails, heartbeatTimeoutMs } = activityInfo();
  const before = heartbeatDetails as Partial<Told> | undefined;
  let { progressAttempt = 0, progressed = false, waitedMs = 0 } = before ?? {};
  let last: Beat = {};
  const beat = () => context.heartbeat({ ...last, progressAttempt, progressed, waitedMs });
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
        waitedMs = 0;
        beat();
      },
      waitedMs,
      waited: (waitMs) => {
        waitedMs += waitMs;
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
    if (isWait(error) && !(countWaits && askedWaitMs(error) > 0)) {
      progressAttempt = attempt;
      waitedMs += askedWaitMs(error);
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
