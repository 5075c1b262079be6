import { median } from '../../../domain/anomalies.ts';

/** So many earlier sessions are looked at; below the least nothing is learned. */
export const mostHistory = 20;
export const leastHistory = 5;

/** Robust z-score (Iglewicz and Hoaglin 1993) beyond which a value is unusual. */
export const unusual = 3.5;

/** Brings a median absolute deviation, and a mean one, to the scale of a standard deviation. */
const medianScale = 1.4826;
const meanScale = 1.2533;

/** Middle and spread of some values, whatever a few of them are. */
export interface Usual {
  readonly middle: number;
  readonly spread: number;
}

/**
 * Median, and median absolute deviation; where that is 0 (more than half are equal) the mean one. Of no values both
 * are 0. Values must be finite.
 */
export function usualOf(values: readonly number[]): Usual {
  const middle = median(values);
  const deviations = values.map((value) => Math.abs(value - middle));
  const mean = deviations.reduce((sum, one) => sum + one, 0) / Math.max(1, deviations.length);
  return { middle, spread: median(deviations) * medianScale || mean * meanScale };
}
