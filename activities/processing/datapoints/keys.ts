/**
 * Compares two keys by their bytes in UTF-8, as a store does. The parts of a character beyond U+FFFF are smaller in
 * UTF-16 than U+E000 to U+FFFF, but the character is greater than those.
 */
export function compareKeys(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length);
  for (let index = 0; index < shorter; index++) {
    const [one, other] = [a.charCodeAt(index), b.charCodeAt(index)];
    if (one === other) continue;
    return one < 0xd800 || other < 0xd800 ? one - other : rank(one) - rank(other);
  }
  return a.length - b.length;
}

/** Halves of characters beyond U+FFFF come after all others. */
const rank = (unit: number): number => (unit < 0xe000 ? unit + 0x2000 : unit - 0x0800);

/** Place of the last item whose key is not greater; -1 where all are greater. */
export function lastNotAfter<T>(items: readonly T[], key: string, keyOf: (item: T) => string): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareKeys(keyOf(items[middle] as T), key) <= 0) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
