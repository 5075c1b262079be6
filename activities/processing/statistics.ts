import { median } from '../../domain/anomalies.ts';

/** Brings a median absolute deviation to the scale of a standard deviation. */
const medianScale = 1.4826;

/** A robust standard deviation: of normal noise the true one, and untouched by a few values far off. 0 of none. */
export function robustSpread(values: readonly number[]): number {
  if (values.length === 0) return 0;
  const middle = median(values);
  return medianScale * median(values.map((value) => Math.abs(value - middle)));
}
