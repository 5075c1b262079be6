/** Values at round distances (1, 2 or 5 times a power of ten) that take in all of a range. */
export interface Ticks {
  readonly low: number;
  readonly high: number;
  readonly at: readonly number[];
}

/** Below it, steps would have no digits left. */
const tiniest = 1e-290;

/**
 * Ticks for an axis of values. Give finite numbers; a range without width gets one.
 * @param about So many ticks, give or take half.
 */
export function ticksOf(least: number, most: number, about = 5): Ticks {
  const size = Math.max(Math.abs(least), Math.abs(most));
  const span = most - least > Math.max(size * 1e-9, tiniest) ? most - least : size > tiniest ? size * 0.2 : 1;
  const middle = (least + most) / 2;
  const [low, high] = most - least === span ? [least, most] : [middle - span / 2, middle + span / 2];
  const rough = span / about;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5].find((times) => times * power >= rough) ?? 10) * power;
  const first = Math.floor(low / step);
  const last = Math.ceil(high / step);
  const at = Array.from({ length: last - first + 1 }, (_, index) => tidy((first + index) * step));
  return { low: at[0] ?? low, high: at.at(-1) ?? high, at };
}

/** Without the last digits that come of counting with fractions; no minus zero. */
const tidy = (value: number): number => Number(value.toPrecision(12)) + 0;
