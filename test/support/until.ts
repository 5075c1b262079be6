import { setTimeout as delay } from 'node:timers/promises';

/** A look costs processor time that the thing looked for needs too: the longer it takes, the rarer it is looked for. */
const firstPollMs = 10;
const longestPollMs = 50;

/** What a look found: the thing, or what was seen instead, for the failure message. */
export type Look<T> = { readonly found: T } | { readonly seen: string };

/**
 * Looks again and again until the thing is there.
 * @throws Error after `withinMs`, saying what was seen last.
 */
export async function until<T>(what: string, look: () => Promise<Look<T>>, withinMs = 60_000): Promise<T> {
  const began = Date.now();
  for (;;) {
    const now = await look();
    if ('found' in now) return now.found;
    const waited = Date.now() - began;
    if (waited > withinMs) throw new Error(`Waited ${withinMs} ms for ${what}; last seen: ${now.seen}.`);
    await delay(Math.min(longestPollMs, Math.max(firstPollMs, waited / 8)));
  }
}
