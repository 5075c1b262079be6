import { median } from '../../../domain/anomalies.ts';
import type { Grain, MeasureKind } from '../../../domain/datapoints.ts';
import { robustSpread } from '../statistics.ts';
import { runningMedian } from './robust.ts';

/** What season and neighbours say of every period. */
export interface Expected {
  /** In the unit of the series; finite. */
  readonly values: readonly number[];
  /** Distance of the value from it in robust standard deviations; null where there is no value, or no spread. */
  readonly deviations: readonly (number | null)[];
  /** The smaller one of the distances from the four periods before and the four after: small at the edge of a step. */
  readonly nearest: readonly (number | null)[];
  /** Periods after which the pattern is taken to repeat; 1: none is known. */
  readonly season: number;
}

type Values = readonly (number | null)[];

const seasons = { day: 7, week: 52, month: 12 } as const;
/** Of fewer seasons a median would be the value itself. */
const leastSeasons = 3;
/** Robust standard deviations from which on a value looks odd. */
const suspicious = 3;
/** Periods to either side that say what the level is. */
const reaches = { day: 7, week: 6, month: 6 } as const;

/** The usual course of a series: a line, a season and a running level, all of them medians. */
export function expectedOf(values: Values, grain: Grain, measure: MeasureKind): Expected {
  const plain = fitTwice(values, grain);
  const isPositive = values.every((value) => value === null || value > 0);
  const inLogs = isPositive && growsWithLevel(plain);
  const { level, residuals, beside, season } = inLogs ? fitTwice(values.map(logOf), grain) : plain;
  const spread = robustSpread(residuals.filter((value) => value !== null));
  const isCount = measure === 'count' || measure === 'distinct';
  // Counts scatter by chance at least as much as Poisson says, however even a few of them look.
  const chance = (at: number) => {
    const size = Math.max(1, inLogs ? Math.exp(level[at] ?? 0) : (level[at] ?? 0));
    return inLogs ? 1 / Math.sqrt(size) : Math.sqrt(size);
  };
  const unit = (at: number) => (isCount ? Math.max(spread, chance(at)) : spread);
  const inUnits = (of: Values) =>
    of.map((value, at) => (value === null || spread === 0 ? null : value / unit(at)));
  const lowest = values.every((value) => value === null || value >= 0) ? 0 : -Infinity;
  return {
    values: level.map((value) => {
      const one = Math.max(lowest, inLogs ? Math.exp(Math.min(value, 690)) : value);
      return isCount ? Math.round(one) : one;
    }),
    deviations: inUnits(residuals),
    nearest: inUnits(beside),
    season,
  };
}

const minus = (values: Values, of: (at: number) => number): Values =>
  values.map((value, at) => (value === null ? null : value - of(at)));

interface Fit {
  readonly level: readonly number[];
  readonly residuals: Values;
  readonly beside: Values;
  readonly season: number;
}

const logOf = (value: number | null) => (value === null ? null : Math.log(value));

/** Values that look odd the first time do not tell the second time what is usual. */
function fitTwice(values: Values, grain: Grain): Fit {
  const { residuals } = fit(values, grain);
  const far = suspicious * robustSpread(residuals.filter((value) => value !== null));
  if (far === 0) return fit(values, grain);
  const calm = values.map((value, at) => (Math.abs(residuals[at] ?? 0) > far ? null : value));
  return fit(values, grain, calm);
}

/** @param calm What says what is usual: the values, without some */
function fit(values: Values, grain: Grain, calm: Values = values): Fit {
  const length = seasons[grain];
  const season = values.length >= leastSeasons * length ? length : 1;
  const line = lineThrough(calm, season);
  const flat = minus(calm, (at) => line[at] ?? 0);
  const pattern = patternOf(flat, season);
  const patternAt = (at: number) => pattern[at % season] ?? 0;
  const bare = minus(flat, patternAt);
  const around = neighbours(bare, reaches[grain]);
  const level = around.map((value, at) => value + (line[at] ?? 0) + patternAt(at));
  const residuals = minus(values, (at) => level[at] ?? 0);
  const beside = minus(values, (at) => (line[at] ?? 0) + patternAt(at)).map((value, at) => {
    if (value === null) return null;
    const sides = [bare.slice(Math.max(0, at - 4), at), bare.slice(at + 1, at + 5)];
    const distances = sides.flatMap((side) => {
      const known = side.filter((one) => one !== null);
      return known.length < 2 ? [] : [Math.abs(value - median(known))];
    });
    return distances.length === 0 ? null : Math.min(...distances);
  });
  return { level, residuals, beside, season };
}

/** The line through a series by the median of its changes over half its length: a few odd values do not turn it. */
function lineThrough(values: Values, season: number): readonly number[] {
  const half = Math.max(1, Math.floor(values.length / 2 / season) * season);
  const slopes: number[] = [];
  for (let at = half; at < values.length; at++) {
    const [from, to] = [values[at - half] ?? null, values[at] ?? null];
    if (from !== null && to !== null) slopes.push(to / half - from / half);
  }
  const slope = slopes.length < 3 ? 0 : median(slopes);
  return values.map((_, at) => slope * at);
}

/** By place in the season: how far it lies from the season around it. */
function patternOf(values: Values, season: number): readonly number[] {
  if (season === 1) return [0];
  const around = runningMedian(values, Math.floor(season / 2), 'with itself');
  const pattern = Array.from({ length: season }, (_, place) => {
    const offs: number[] = [];
    for (let at = place; at < values.length; at += season) {
      const value = values[at] ?? null;
      if (value !== null) offs.push(value - (around[at] ?? 0));
    }
    return offs.length === 0 ? 0 : median(offs);
  });
  return pattern;
}

/** Median of the known values to either side of each place, without the place itself. */
function neighbours(values: Values, reach: number): readonly number[] {
  const all = values.filter((value) => value !== null);
  const middle = all.length === 0 ? 0 : median(all);
  return runningMedian(values, reach, 'without itself').map((near) => near ?? middle);
}

/** Whether the scatter is greater where the level is high, or leans upward: then it is one in percent. */
function growsWithLevel({ level, residuals }: Fit): boolean {
  const pairs = residuals.flatMap((residual, at) =>
    residual === null ? [] : [{ residual, level: level[at] ?? 0 }],
  );
  const middle = median(pairs.map((pair) => pair.level));
  const size = (high: boolean) => {
    const part = pairs.filter((pair) => pair.level > middle === high);
    return part.length < 4 ? 0 : median(part.map(({ residual }) => Math.abs(residual)));
  };
  const [low, high] = [size(false), size(true)];
  if (low > 0 && high / low > 1.5) return true;
  const sorted = pairs.map(({ residual }) => residual).sort((a, b) => a - b);
  const quantile = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
  const [q10, q50, q90] = [quantile(0.1), quantile(0.5), quantile(0.9)];
  return q90 - q10 > 0 && (q90 + q10 - 2 * q50) / (q90 - q10) > 0.2;
}
