/** A look costs processor time that the thing looked for needs too: the longer it takes, the rarer it is looked for. */
export interface Polling {
  readonly firstMs: number;
  readonly longestMs: number;
  /** Of a session, a sync or a connection: looks also after each write that is told of it. */
  readonly about?: string;
}

const byClock: Polling = { firstMs: 10, longestMs: 100 };

/** By what is told of it; by the clock only for what processes of their own write. */
export const byWrites = (about: string): Polling => ({ firstMs: 200, longestMs: 500, about });

/** What a look found: the thing, or what was seen instead, for the failure message. */
export type Look<T> = { readonly found: T } | { readonly seen: string };

type Listener = (id: string) => void;
const listeners = new Set<Listener>();

type Write = (first: string | { readonly sessionId: string }, ...more: never[]) => unknown;

/** The same repository, whose writes of these names are told to whoever waits in {@link until}. */
export function telling<T extends object>(repository: T, names: readonly (keyof T)[]): T {
  const told = names.map((name) => [name, tellingWrite(repository[name] as Write)]);
  return { ...repository, ...Object.fromEntries(told) };
}

const tellingWrite =
  (write: Write): Write =>
  async (first, ...more) => {
    const result = await write(first, ...more);
    const id = typeof first === 'string' ? first : first.sessionId;
    for (const listen of listeners) listen(id);
    return result;
  };

/**
 * Looks again and again until the thing is there.
 * @throws Error after `withinMs`, saying what was seen last.
 */
export async function until<T>(
  what: string,
  look: () => Promise<Look<T>>,
  withinMs = 60_000,
  { firstMs, longestMs, about }: Polling = byClock,
): Promise<T> {
  const began = Date.now();
  let told = false;
  let wake: () => void = () => undefined;
  const listen: Listener = (id) => {
    if (about === undefined || !id.startsWith(about)) return;
    told = true;
    wake();
  };
  listeners.add(listen);
  try {
    for (;;) {
      told = false;
      const now = await look();
      if ('found' in now) return now.found;
      const waited = Date.now() - began;
      if (waited > withinMs) throw new Error(`Waited ${withinMs} ms for ${what}; last seen: ${now.seen}.`);
      // What was told meanwhile may have come after the look.
      if (told) continue;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, Math.min(longestMs, Math.max(firstMs, waited / 8)));
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  } finally {
    listeners.delete(listen);
  }
}
