import { setTimeout as delay } from 'node:timers/promises';

const lookEveryMs = 50;

/**
 * Looks until there is something, or the time is over. For callers that want to be told at once what a workflow
 * writes to the store within moments.
 */
export async function untilSeen<T>(withinMs: number, look: () => Promise<T | null>): Promise<T | null> {
  const end = Date.now() + withinMs;
  for (;;) {
    const seen = await look();
    if (seen !== null || Date.now() >= end) return seen;
    await delay(lookEveryMs);
  }
}
