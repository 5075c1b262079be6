import { median } from '../../../domain/anomalies.ts';

/** Brings a median absolute deviation to the scale of a standard deviation. */
const medianScale = 1.4826;

/** A robust standard deviation: of normal noise the true one, and untouched by a few values far off. 0 of none. */
export function robustSpread(values: readonly number[]): number {
  if (values.length === 0) return 0;
  const middle = median(values);
  return medianScale * median(values.map((value) => Math.abs(value - middle)));
}

/**
 * Median of the known values around each place, `reach` to either side. At the ends the window leans inward, so that
 * it always has as many places. @param values Null: not known
 */
export function runningMedian(values: readonly (number | null)[], reach: number): number[] {
  const width = Math.min(values.length, 2 * reach + 1);
  return values.map((_, at) => {
    const from = Math.max(0, Math.min(at - reach, values.length - width));
    const around = values.slice(from, from + width).filter((value) => value !== null);
    return around.length === 0 ? 0 : median(around);
  });
}
