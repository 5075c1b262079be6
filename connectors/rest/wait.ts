import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Waits unless the signal is aborted.
 * @throws the signal's reason when it is.
 */
export async function wait(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal });
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
}

/**
 * Keeps requests apart so that there are at most so many a second; shared by all reads of one source.
 * @returns A function that waits for its turn.
 */
export function createPace(requestsPerSecond: number | undefined): (signal: AbortSignal) => Promise<void> {
  if (requestsPerSecond === undefined) return async (signal) => signal.throwIfAborted();
  const gapMs = 1000 / requestsPerSecond;
  let nextTurn = 0;
  return async (signal) => {
    const now = performance.now();
    const turn = Math.max(now, nextTurn);
    nextTurn = turn + gapMs;
    if (turn > now) await wait(turn - now, signal);
    signal.throwIfAborted();
  };
}
