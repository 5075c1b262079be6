/** Lets others have their turn; rejects where the work should stop. */
export type Pause = () => Promise<void>;

const longestTurnMs = 15;
const perLook = 512;

/** Begins a turn: what it gives is called now and then, and pauses when the turn has been long enough. */
export function createTurns(pause: Pause): () => Promise<void> | undefined {
  let began = performance.now();
  return () =>
    performance.now() - began < longestTurnMs
      ? undefined
      : pause().then(() => {
          began = performance.now();
        });
}

/** Does the same with each of many. */
export async function inTurns<T>(items: Iterable<T>, each: (item: T) => void, pause: Pause): Promise<void> {
  const turn = createTurns(pause);
  let count = 0;
  for (const item of items) {
    each(item);
    count += 1;
    if (count % perLook === 0) await turn();
  }
}

/** The first ones of many in an order, as sorting all of them would give. */
export async function firstOf<T>(
  items: readonly T[],
  order: (a: T, b: T) => number,
  most: number,
  pause: Pause,
): Promise<readonly T[]> {
  const turn = createTurns(pause);
  const step = Math.max(most, 2_000);
  let first: T[] = [];
  for (let from = 0; from < items.length; from += step) {
    first = [...first, ...items.slice(from, from + step)].sort(order).slice(0, most);
    await turn();
  }
  return first;
}
