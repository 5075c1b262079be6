/**
 * Median of the known values around each place, `reach` to either side. At the ends the window leans inward, so that
 * it always has as many places.
 * @param values Null: not known
 * @param own Whether the place itself counts
 * @returns null where nothing around a place is known
 */
export function runningMedian(
  values: readonly (number | null)[],
  reach: number,
  own: 'with itself' | 'without itself',
): (number | null)[] {
  const width = Math.min(values.length, 2 * reach + 1);
  // Kept in order while the window moves on: to sort each one anew takes most of the time of cleaning years of days.
  const sorted: number[] = [];
  const placeOf = (value: number): number => {
    let [low, high] = [0, sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sorted[middle] as number) < value) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  const put = (value: number | null | undefined) => {
    if (value !== null && value !== undefined) sorted.splice(placeOf(value), 0, value);
  };
  const take = (value: number | null | undefined) => {
    if (value !== null && value !== undefined) sorted.splice(placeOf(value), 1);
  };
  for (let at = 0; at < width; at++) put(values[at]);
  let from = 0;
  return values.map((value, at) => {
    const next = Math.max(0, Math.min(at - reach, values.length - width));
    for (; from < next; from++) {
      take(values[from]);
      put(values[from + width]);
    }
    if (own === 'without itself') take(value);
    const found = middleOf(sorted);
    if (own === 'without itself') put(value);
    return found;
  });
}

function middleOf(sorted: readonly number[]): number | null {
  if (sorted.length === 0) return null;
  const half = sorted.length >> 1;
  const upper = sorted[half] as number;
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] as number) + upper) / 2;
}
