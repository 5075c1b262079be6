import { setTimeout as delay } from 'node:timers/promises';

const pollMs = 15;

/** What a look found: the thing, or what was seen instead, for the failure message. */
export type Look<T> = { readonly found: T } | { readonly seen: string };

/**
 * Looks again and again until the thing is there.
 * @throws Error after `withinMs`, saying what was seen last.
 */
export async function until<T>(what: string, look: () => Promise<Look<T>>, withinMs = 30_000): Promise<T> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const now = await look();
    if ('found' in now) return now.found;
    if (Date.now() > deadline) throw new Error(`Waited ${withinMs} ms for ${what}; last seen: ${now.seen}.`);
    await delay(pollMs);
  }
}
