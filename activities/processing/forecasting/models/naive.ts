import type { Predict } from '../model.ts';

/** The same as one season ago. */
export const seasonalNaive =
  (season: number): Predict =>
  (values, horizon) =>
    Array.from(
      { length: horizon },
      (_, step) => values[values.length - season + (step % season)] ?? Number.NaN,
    );

/** As it was last. */
export const naive: Predict = (values, horizon) =>
  new Array<number>(horizon).fill(values.at(-1) ?? Number.NaN);

/** On along the line from the first value to the last. */
export const drift: Predict = (values, horizon) => {
  const last = values.at(-1) ?? Number.NaN;
  const slope = (last - (values[0] ?? Number.NaN)) / (values.length - 1);
  return Array.from({ length: horizon }, (_, step) => last + slope * (step + 1));
};

/** The mean of all. */
export const average: Predict = (values, horizon) => new Array<number>(horizon).fill(mean(values));

export function mean(values: readonly number[]): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}
