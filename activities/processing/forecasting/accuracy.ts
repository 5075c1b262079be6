import { mean } from './models/naive.ts';

/** Percent by which a forecast and what came differ, of their mean; 0 where both are 0, at most 200. */
export function symmetricPercent(forecast: number, actual: number): number {
  const size = Math.abs(forecast) / 2 + Math.abs(actual) / 2;
  return size === 0 ? 0 : Math.min(200, Math.abs(forecast / size - actual / size) * 100);
}

/**
 * Mean absolute error of "the same as one season ago" within the values: the unit of MASE. Where that is 0 (a perfect
 * season), of "the same as before"; where that is 0 too, the mean size of the values; never 0.
 */
export function errorUnit(values: readonly number[], season: number): number {
  const ofLag = (lag: number) => {
    const errors: number[] = [];
    for (let index = lag; index < values.length; index++)
      errors.push(Math.abs((values[index] ?? 0) - (values[index - lag] ?? 0)));
    return errors.length === 0 ? 0 : mean(errors);
  };
  return ofLag(season) || ofLag(1) || mean(values.map(Math.abs)) || 1;
}
