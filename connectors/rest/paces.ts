import { TributaryError } from '../../domain/errors.ts';
import type { ConnectorDefinition } from '../schema.ts';
import { createSlots } from './slots.ts';
import { LONGEST_WAIT_MS, type OnWait, wait } from './wait.ts';

type RateLimit = ConnectorDefinition['rateLimit'];

/** Keeps the requests of one connection as far apart, and as few at a time, as its app takes them. */
export interface Pace {
  /**
   * Waits for its turn.
   * @returns A function to be called when the answer is there.
   * @throws TributaryError SOURCE_RATE_LIMITED when the app takes nothing for longer than is waited in place.
   * @throws the signal's reason when it is aborted.
   */
  readonly enter: (signal: AbortSignal, onWait?: OnWait) => Promise<() => void>;
  /** The app said that it takes nothing for so long, in ms. */
  readonly pause: (ms: number) => void;
}

/** The paces of all connections in this process: the sources of one connection share theirs. */
export interface Paces {
  /** @param key The connection. */
  readonly of: (key: string, rateLimit: RateLimit) => Pace;
}

/** An app that names a longer one is asked again all the same. */
const LONGEST_PAUSE_MS = 3_600_000;

function createOwnPace() {
  const slots = createSlots();
  let gapMs = 0;
  let nextTurn = 0;
  let pausedUntil = 0;

  async function turn(signal: AbortSignal, onWait: OnWait | undefined): Promise<void> {
    const now = performance.now();
    const at = Math.max(now, nextTurn);
    nextTurn = at + gapMs;
    if (at > now) await wait(at - now, signal, onWait);
    // Another request may have been told to pause meanwhile.
    for (let left = pausedUntil - performance.now(); left > 0; left = pausedUntil - performance.now()) {
      if (left > LONGEST_WAIT_MS)
        throw new TributaryError('SOURCE_RATE_LIMITED', undefined, { retryAfterMs: Math.ceil(left) });
      await wait(left, signal, onWait);
    }
    signal.throwIfAborted();
  }

  const pace: Pace = {
    async enter(signal, onWait) {
      await slots.take(signal);
      try {
        await turn(signal, onWait);
      } catch (error) {
        slots.free();
        throw error;
      }
      return slots.free;
    },
    pause(ms) {
      pausedUntil = Math.max(pausedUntil, performance.now() + Math.min(ms, LONGEST_PAUSE_MS));
    },
  };
  return {
    pace,
    /** A mended definition counts at once, for the reads that run too. */
    limit(rateLimit: RateLimit) {
      gapMs = rateLimit?.requestsPerSecond === undefined ? 0 : 1000 / rateLimit.requestsPerSecond;
      slots.limit(rateLimit?.concurrent ?? Number.POSITIVE_INFINITY);
    },
    idle: () => slots.idle() && Math.max(nextTurn, pausedUntil) <= performance.now(),
  };
}

/** More connections than this, and those that ask nothing now are forgotten. */
const kept = 1_000;

/** Makes the registry; one for each process. */
export function createPaces(): Paces {
  const paces = new Map<string, ReturnType<typeof createOwnPace>>();
  return {
    of(key, rateLimit) {
      const own = paces.get(key) ?? createOwnPace();
      own.limit(rateLimit);
      paces.set(key, own);
      if (paces.size > kept)
        for (const [other, { idle }] of paces) if (other !== key && idle()) paces.delete(other);
      return own.pace;
    },
  };
}
