import type { Predict } from '../model.ts';
import { mean } from './naive.ts';

const steps = (from: number, to: number, count: number): number[] =>
  Array.from({ length: count }, (_, index) => from + ((to - from) * index) / (count - 1));

const levelWeights = steps(0.02, 0.98, 17);
const dampedLevels = [0.05, 0.15, 0.3, 0.5, 0.7, 0.9, 0.99];
const dampedTrends = [0, 0.05, 0.15, 0.3];
const dampings = [0.9, 0.98];

/**
 * The theta method (Assimakopoulos and Nikolopoulos 2000): the mean of the straight line through the values and of
 * the exponentially smoothed values with that line's slope doubled. Weight of smoothing by least squares of one step.
 */
export const theta: Predict = (values, horizon) => {
  const count = values.length;
  const middle = (count - 1) / 2;
  const average = mean(values);
  let product = 0;
  let square = 0;
  for (let index = 0; index < count; index++) {
    product += (index - middle) * ((values[index] ?? 0) - average);
    square += (index - middle) ** 2;
  }
  const slope = product / square;
  const line = (index: number) => average + slope * (index - middle);
  const bent = Float64Array.from(values, (value, index) => 2 * value - line(index));
  let level = 0;
  let least = Number.POSITIVE_INFINITY;
  for (const weight of levelWeights) {
    const tried = smooth(bent, weight);
    if (tried.squares < least) {
      least = tried.squares;
      level = tried.level;
    }
  }
  return Array.from({ length: horizon }, (_, step) => (line(count + step) + level) / 2);
};

function smooth(values: Float64Array, weight: number): { readonly level: number; readonly squares: number } {
  let level = values[0] ?? 0;
  let squares = 0;
  for (let index = 1; index < values.length; index++) {
    const error = (values[index] ?? 0) - level;
    squares += error * error;
    level += weight * error;
  }
  return { level, squares };
}

/** Exponential smoothing with a damped trend (Gardner and McKenzie 1985), weights by least squares of one step. */
export const damped: Predict = (values, horizon) => {
  const series = Float64Array.from(values);
  const early = Math.min(5, series.length - 1);
  const trend = ((series[early] ?? 0) - (series[0] ?? 0)) / early;
  let best = { squares: Number.POSITIVE_INFINITY, level: 0, trend: 0, damping: 0 };
  for (const damping of dampings)
    for (const weight of dampedLevels)
      for (const ofTrend of dampedTrends) {
        const tried = follow(series, trend, { damping, weight, ofTrend });
        if (tried.squares < best.squares) best = { ...tried, damping };
      }
  let reach = 0;
  return Array.from({ length: horizon }, (_, step) => {
    reach += best.damping ** (step + 1);
    return best.level + best.trend * reach;
  });
};

interface Weights {
  readonly damping: number;
  readonly weight: number;
  readonly ofTrend: number;
}

function follow(
  series: Float64Array,
  start: number,
  { damping, weight, ofTrend }: Weights,
): { squares: number; level: number; trend: number } {
  let level = series[0] ?? 0;
  let trend = start;
  let squares = 0;
  for (let index = 1; index < series.length; index++) {
    const expected = level + damping * trend;
    const error = (series[index] ?? 0) - expected;
    squares += error * error;
    level = expected + weight * error;
    trend = damping * trend + weight * ofTrend * error;
  }
  return { squares, level, trend };
}

/** The mean of several forecasts: steadier than each of them. What gives none is left out of it. */
export const combine =
  (...models: readonly Predict[]): Predict =>
  (values, horizon) => {
    const all = models
      .map((model) => model(values, horizon))
      .filter((forecast) => forecast.every((value) => Number.isFinite(value)));
    return Array.from({ length: horizon }, (_, step) => mean(all.map((one) => one[step] ?? Number.NaN)));
  };
