import { createHash } from 'node:crypto';
import { applyChanges, type CleaningChange } from '../../../domain/cleaning.ts';
import type { Datapoint, DatapointSeries, MeasureKind } from '../../../domain/datapoints.ts';
import type { ForecastInput, SeriesPoint } from '../../../domain/forecast.ts';
import { calendarOf, dayNumber, openPeriodOf } from './periods.ts';

/** A series as it goes into a forecast. */
export interface Prepared {
  readonly input: ForecastInput;
  /** Raw periods that are over, with zeros where a missing one means zero: what earlier forecasts are scored by. */
  readonly known: readonly SeriesPoint[];
  /** By period, the cleaned value that the forecast is made from instead of the raw one. */
  readonly cleaned: ReadonlyMap<string, number>;
  /** The same as long as the forecast would be the same. */
  readonly fingerprint: string;
}

/** To be raised when the models change so that forecasts are to be made again. */
const modelsVersion = 1;

/** A month without an order has 0 orders; a month without an order has no average order. */
export const gapsOf = (kind: MeasureKind): 'zero' | 'unknown' =>
  kind === 'count' || kind === 'sum' || kind === 'distinct' ? 'zero' : 'unknown';

/** What a series does not say of itself. */
export interface PrepareOptions {
  readonly measure: MeasureKind;
  readonly asOf: string;
  readonly effort: 'full' | 'quick';
  /** Newest period over that has records of the metric: behind it nothing is known, up to it nothing came. */
  readonly dataEnd: string | null;
  /** Of historical data cleaning, with what people decided of them. */
  readonly changes: readonly CleaningChange[];
}

/** Puts a series of datapoints into the shape that forecasts are made from. */
export function prepare(
  { grain, points }: Pick<DatapointSeries, 'grain' | 'points'>,
  { measure, asOf, effort, dataEnd, changes }: PrepareOptions,
): Prepared {
  const gaps = gapsOf(measure);
  const open = openPeriodOf(grain, asOf);
  const closedOf = (some: readonly Datapoint[]): SeriesPoint[] => {
    const over = some.filter(({ start }) => start < open).map(({ start, value }) => ({ start, value }));
    over.sort((a, b) => (a.start < b.start ? -1 : 1));
    const last = over.at(-1)?.start;
    const ends = gaps === 'zero' && dataEnd !== null && last !== undefined && last < dataEnd;
    return ends ? [...over, { start: dataEnd, value: 0 }] : over;
  };
  const ahead = points.filter(({ start }) => start >= open).map(({ start, value }) => ({ start, value }));
  const raw = closedOf(points);
  const clean = applyChanges(points, changes);
  const closed = changes.length === 0 ? raw : closedOf(clean);
  const pairs = closed.map(({ start, value }) => [start, value]);
  const what = [modelsVersion, grain, gaps, effort, ahead.length, pairs];
  return {
    input: { grain, points: [...closed, ...ahead], asOf, gaps, effort },
    known: gaps === 'zero' ? withZeros(grain, raw) : raw,
    cleaned: new Map(
      clean.flatMap(({ start, value, change }) =>
        change === undefined || value === null || start >= open ? [] : [[start, value] as const],
      ),
    ),
    fingerprint: createHash('sha256').update(JSON.stringify(what)).digest('base64url'),
  };
}

/** Each period from the first to the last; as they are where one is none of this grain. */
function withZeros(grain: ForecastInput['grain'], points: readonly SeriesPoint[]): readonly SeriesPoint[] {
  const first = dayNumber(points[0]?.start ?? '');
  if (first === null) return points;
  const calendar = calendarOf(grain, first);
  const byPeriod = new Map<number, number | null>();
  for (const { start, value } of points) {
    const day = dayNumber(start);
    const period = day === null ? null : calendar.numberOf(day);
    if (period === null) return points;
    byPeriod.set(period, value);
  }
  const periods = [...byPeriod.keys()];
  const from = periods[0] ?? 0;
  const to = periods.at(-1) ?? from;
  return Array.from({ length: to - from + 1 }, (_, index) => {
    const value = byPeriod.get(from + index);
    return { start: calendar.startOf(from + index), value: value === undefined ? 0 : value };
  });
}
