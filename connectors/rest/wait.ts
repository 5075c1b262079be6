import { setTimeout as sleep } from 'node:timers/promises';

/** Told before a wait, in ms, so that it counts as life and not as a stall. */
export type OnWait = (waitMs: number) => void;

/** Rate limits are waited for in place up to this long, for each page; longer ones are the engine's. */
export const LONGEST_WAIT_MS = 30_000;
/** A wait shows life this often: a heartbeat timeout may be as short as the longest wait. */
const STEP_MS = 5_000;
/** Shorter ones are only the usual distance between requests. */
const WORTH_TELLING_MS = 250;

/**
 * Waits unless the signal is aborted.
 * @param onWait Told of each step of at most 5 s before it; short waits are not told.
 * @throws the signal's reason when it is.
 */
export async function wait(ms: number, signal: AbortSignal, onWait?: OnWait): Promise<void> {
  for (let left = ms; left > 0; left -= STEP_MS) {
    const step = Math.min(left, STEP_MS);
    if (ms >= WORTH_TELLING_MS) onWait?.(step);
    try {
      await sleep(step, undefined, { signal });
    } catch (error) {
      signal.throwIfAborted();
      throw error;
    }
  }
}
