import type { ConnectorDefinition } from '../../../connectors/definition.ts';
import type { Datapoint, DatapointSeries, MeasureKind } from '../../../domain/datapoints.ts';
import { type FrameGrain, lastDayOf, periodOf, seasonOf, startOf } from './calendar.ts';

export type Metric = NonNullable<ConnectorDefinition['metrics']>[number];

/** How the numbers of periods make that of a longer span. */
export type Gathering =
  /** They add up: counts and sums. */
  | 'sum'
  /** Their mean: of distinct things those of two periods may be the same. */
  | 'mean'
  /** The sums and the weights add up, then one is divided by the other. */
  | 'ratio'
  /** The least or the greatest of them. */
  | 'extreme';

const gatherings: Readonly<Record<MeasureKind, Gathering>> = {
  count: 'sum',
  sum: 'sum',
  distinct: 'mean',
  average: 'ratio',
  ratio: 'ratio',
  minimum: 'extreme',
  maximum: 'extreme',
};

/** A series on the periods of its frame. */
export interface Track {
  readonly id: string;
  readonly dimension: DatapointSeries['dimension'];
  /** By period; NaN where it is not known. Of `sum` and `mean`, a period without records is 0. */
  readonly values: Float64Array;
  /** What `values` is made of; of `sum`, `weights` are 1. */
  readonly sums: Float64Array;
  readonly weights: Float64Array;
}

/** The complete periods of a metric in one currency: the total, and the values of its dimensions. */
export interface Frame {
  readonly metric: Metric;
  readonly currency: string | null;
  readonly gathering: Gathering;
  readonly grain: FrameGrain;
  readonly season: number;
  /** Number of the first period; see calendar.ts. */
  readonly first: number;
  readonly length: number;
  readonly total: Track;
  readonly tracks: readonly Track[];
}

/** Longest history that is looked at, in periods. */
const longest: Readonly<Record<FrameGrain, number>> = { month: 120, week: 260 };
/** A frame that ended so many periods before the metric's newest data is of the past: a currency no longer used. */
const stale: Readonly<Record<FrameGrain, number>> = { month: 12, week: 52 };

/**
 * Puts series side by side: first the totals, then the others, one by one, so that the points of only one of those are
 * held at a time. Only complete periods are in a frame: those that were over before `asOf`, and none after the newest
 * data of the total. Days are put together as months, or as weeks where there are less than 25 months.
 * @param asOf Today in the company's calendar, YYYY-MM-DD.
 */
export function createFrames(
  metrics: readonly Metric[],
  totals: readonly DatapointSeries[],
  asOf: string,
): { readonly frames: readonly Frame[]; readonly add: (series: DatapointSeries) => void } {
  const all = metrics.flatMap((metric) => {
    const own = totals
      .filter((one) => one.metric === metric.id && one.dimension === null)
      .flatMap((total) => frameOf(metric, total, asOf) ?? []);
    const newest = Math.max(...own.map((frame) => frame.first + frame.length));
    return own.filter((frame) => newest - frame.first - frame.length < stale[frame.grain]);
  });
  const byPlace = new Map(all.map((frame) => [JSON.stringify([frame.metric.id, frame.currency]), frame]));
  return {
    frames: all,
    add(series) {
      const frame = byPlace.get(JSON.stringify([series.metric, series.currency]));
      if (frame !== undefined && series.dimension !== null) frame.tracks.push(trackOf(series, axisOf(frame)));
    },
  };
}

/** The frames of series that are all at hand. */
export function framesOf(
  metrics: readonly Metric[],
  series: readonly DatapointSeries[],
  asOf: string,
): readonly Frame[] {
  const { frames, add } = createFrames(metrics, series, asOf);
  for (const one of series) add(one);
  return frames;
}

function frameOf(
  metric: Metric,
  total: DatapointSeries,
  asOf: string,
): (Frame & { readonly tracks: Track[] }) | null {
  const grain = grainOf(total, asOf);
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  for (const { start } of total.points) {
    const period = periodOf(grain, start);
    if (period === null || lastDayOf(grain, period) >= asOf) continue;
    first = Math.min(first, period);
    last = Math.max(last, period);
  }
  if (first > last) return null;
  first = Math.max(first, last - longest[grain] + 1);
  const frame = {
    ...{ metric, grain, first, length: last - first + 1, season: seasonOf[grain] },
    currency: total.currency,
    gathering: gatherings[metric.measure.kind],
  };
  return { ...frame, total: trackOf(total, axisOf(frame)), tracks: [] };
}

const axisOf = ({ grain, first, length, gathering, metric }: Omit<Frame, 'total' | 'tracks'>): Axis => ({
  ...{ grain, first, length, gathering, kind: metric.measure.kind },
});

function grainOf({ grain, points }: DatapointSeries, asOf: string): FrameGrain {
  if (grain !== 'day') return grain;
  const months = points.flatMap(({ start }) => (start < asOf ? (periodOf('month', start) ?? []) : []));
  const span =
    months.reduce((most, month) => Math.max(most, month), 0) - months.reduce((a, b) => Math.min(a, b), 1e9);
  return span + 1 >= 25 ? 'month' : 'week';
}

interface Axis {
  readonly grain: FrameGrain;
  readonly first: number;
  readonly length: number;
  readonly gathering: Gathering;
  readonly kind: MeasureKind;
}

function trackOf({ id, dimension, grain: own, points }: DatapointSeries, axis: Axis): Track {
  const { grain, first, length, gathering, kind } = axis;
  const sums = new Float64Array(length);
  const weights = new Float64Array(length);
  const unknown = new Uint8Array(length);
  const seen = new Uint8Array(length);
  for (const point of points) {
    const period = periodOf(grain, point.start);
    const at = period === null ? -1 : period - first;
    if (at < 0 || at >= length) continue;
    const { sum, weight } = partsOf(point, gathering);
    if (!Number.isFinite(sum) || !Number.isFinite(weight)) unknown[at] = 1;
    else if (gathering === 'extreme')
      sums[at] =
        seen[at] === 0
          ? sum
          : kind === 'minimum'
            ? Math.min(sums[at] ?? 0, sum)
            : Math.max(sums[at] ?? 0, sum);
    else {
      sums[at] = (sums[at] ?? 0) + sum;
      weights[at] = (weights[at] ?? 0) + weight;
    }
    seen[at] = 1;
  }
  // The weight of distinct things is the number of the metric's own periods: also of those without records.
  if (gathering !== 'ratio')
    weights.forEach((_, at) => {
      weights[at] = gathering === 'mean' && own === 'day' ? daysIn(grain, first + at) : 1;
    });
  const values = sums.map((sum, at) => {
    if (unknown[at] === 1 && gathering !== 'ratio') return Number.NaN;
    if (gathering === 'extreme') return seen[at] === 1 ? sum : Number.NaN;
    if (gathering === 'sum') return sum;
    const weight = weights[at] ?? 0;
    const value = weight === 0 ? Number.NaN : sum / weight;
    return Number.isFinite(value) ? value : Number.NaN;
  });
  return { id, dimension, values, sums, weights };
}

const daysIn = (grain: FrameGrain, period: number): number =>
  (Date.parse(startOf(grain, period + 1)) - Date.parse(startOf(grain, period))) / 86_400_000;

function partsOf({ value, sum, weight, rows }: Datapoint, gathering: Gathering) {
  if (value === null) return { sum: gathering === 'ratio' ? 0 : Number.NaN, weight: 0 };
  if (gathering !== 'ratio') return { sum: value, weight: 1 };
  return sum === undefined || weight === undefined ? { sum: value * rows, weight: rows } : { sum, weight };
}

/** What a track came to in some of its periods. */
export interface Gathered {
  /** Null where it is not known. */
  readonly value: number | null;
  readonly sum: number;
  readonly weight: number;
}

/** @param from Place of the first period within the frame. */
export function gather(
  { gathering, metric }: Pick<Frame, 'gathering' | 'metric'>,
  track: Track,
  from: number,
  count: number,
): Gathered {
  const part = track.values.subarray(from, from + count);
  const add = (values: Float64Array) => values.subarray(from, from + count).reduce((a, b) => a + b, 0);
  const sum = add(track.sums);
  const weight = add(track.weights);
  const known = gathering === 'ratio' || !part.some(Number.isNaN);
  if (!known || part.length < count) return { value: null, sum, weight };
  if (gathering === 'extreme') {
    const value = metric.measure.kind === 'minimum' ? Math.min(...part) : Math.max(...part);
    return { value: Number.isFinite(value) ? value : null, sum, weight };
  }
  const value = gathering === 'sum' ? sum : weight === 0 ? Number.NaN : sum / weight;
  return { value: Number.isFinite(value) ? value : null, sum, weight };
}
