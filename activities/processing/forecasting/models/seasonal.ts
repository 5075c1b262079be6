import type { Predict } from '../model.ts';
import { mean } from './naive.ts';

/** Days of a year, and how many waves a year's pattern is made of. */
const yearDays = 365.25;
const waves = 3;

/** Takes the repeating pattern away, forecasts what is left, and puts the pattern back. */
export const seasonallyAdjusted =
  (season: number, predict: Predict): Predict =>
  (values, horizon) => {
    const pattern = seasonalPattern(values, season);
    const at = (index: number) => pattern[index % season] ?? 0;
    const rest = values.map((value, index) => value - at(index));
    return predict(rest, horizon).map((value, step) => value + at(values.length + step));
  };

/**
 * What each place of the season differs from the trend, by classical decomposition: the trend is a centred moving
 * mean of one season. Shrunk toward none by how much the differences vary from season to season, so that noise
 * is not taken for a pattern. Needs two seasons; shorter series have no pattern.
 */
export function seasonalPattern(values: readonly number[], season: number): readonly number[] {
  if (season < 2 || values.length < 2 * season) return [];
  const differences = Array.from({ length: season }, (): number[] => []);
  const half = Math.floor(season / 2);
  const even = season % 2 === 0;
  let sum = 0;
  for (let index = 0; index < season; index++) sum += values[index] ?? 0;
  for (let index = half; index + half < values.length; index++) {
    // The window of an even season has half a period more at its end, and half a period less at its start.
    const next = values[index + half] ?? 0;
    const first = values[index - half] ?? 0;
    const trend = (even ? sum + (next - first) / 2 : sum) / season;
    differences[index % season]?.push((values[index] ?? 0) - trend);
    sum += (even ? next : (values[index + half + 1] ?? 0)) - first;
  }
  const means = differences.map((ones) => (ones.length === 0 ? 0 : mean(ones)));
  const middle = mean(means);
  let noise = 0;
  let count = 0;
  differences.forEach((ones, place) => {
    for (const one of ones) noise += (one - (means[place] ?? 0)) ** 2;
    count += ones.length;
  });
  // The variance that means of pure noise would have, against the one that they have.
  const ofNoise = noise / Math.max(1, count - season) / (count / season);
  const ofMeans = means.reduce((total, one) => total + (one - middle) ** 2, 0) / (season - 1);
  const share = ofMeans > 0 ? Math.max(0, 1 - ofNoise / ofMeans) : 0;
  return means.map((one) => (one - middle) * share);
}

/** Takes the year's slow wave out of daily values, forecasts what is left, and puts it back. Needs two years. */
export const yearAdjusted =
  (predict: Predict): Predict =>
  (values, horizon) => {
    const wave = yearWave(values);
    const rest = values.map((value, index) => value - wave(index));
    return predict(rest, horizon).map((value, step) => value + wave(values.length + step));
  };

/** Three sine waves of a year, by projection on the last whole years, where they are orthogonal to a level. */
function yearWave(values: readonly number[]): (index: number) => number {
  const years = Math.floor(values.length / yearDays);
  const from = values.length - Math.floor(years * yearDays);
  const span = values.slice(from);
  const level = mean(span);
  const turn = (index: number, wave: number) => (2 * Math.PI * wave * index) / yearDays;
  const weights = Array.from({ length: waves }, (_, number) => {
    let cosine = 0;
    let sine = 0;
    span.forEach((value, index) => {
      cosine += (value - level) * Math.cos(turn(index, number + 1));
      sine += (value - level) * Math.sin(turn(index, number + 1));
    });
    return { cosine: (2 * cosine) / span.length, sine: (2 * sine) / span.length };
  });
  return (index) =>
    weights.reduce(
      (sum, { cosine, sine }, number) =>
        sum +
        cosine * Math.cos(turn(index - from, number + 1)) +
        sine * Math.sin(turn(index - from, number + 1)),
      0,
    );
}
