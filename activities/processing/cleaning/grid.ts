import type { Unclean, UncleanReason } from '../../../domain/cleaning.ts';
import type { Datapoint, DatapointSeries, MeasureKind } from '../../../domain/datapoints.ts';
import { calendarOf, dayNumber, openPeriodOf } from '../forecasting/periods.ts';

/** A series on consecutive periods that are over, oldest first. */
export interface Grid {
  readonly grain: DatapointSeries['grain'];
  readonly measure: MeasureKind;
  readonly currency: string | null;
  readonly starts: readonly string[];
  /** Undefined: there is no such period in the series. */
  readonly points: readonly (Datapoint | undefined)[];
  /** Null: no record, or none with a value. */
  readonly values: readonly (number | null)[];
}

/** Older periods are not judged: four years of days, 10 of weeks, 40 of months. */
const mostPeriods = { day: 1_461, week: 520, month: 480 } as const;
/** Fewer known values have no usual. */
const leastKnown = 8;
/** With a greater share of zeros and missing periods, a series comes now and then. */
const mostEmpty = 1 / 3;

const unclean = (reason: UncleanReason, sentence: string): Unclean => ({ reason, sentence });

/** Largest size of a value that can still be counted with safely. */
const largest = 1e300;

/**
 * Puts a series on its calendar. Periods that are not over are left out.
 * @param asOf Today, YYYY-MM-DD
 * @returns why nothing can be said of it, where that is so
 */
export function gridOf(
  { grain, points, currency }: Pick<DatapointSeries, 'grain' | 'points' | 'currency'>,
  measure: MeasureKind,
  asOf: string,
): Grid | Unclean {
  const open = openPeriodOf(grain, asOf);
  const over = points.filter(({ start }) => start < open);
  const known = over.filter(({ value }) => value !== null);
  if (known.some(({ value }) => !Number.isFinite(value) || Math.abs(value ?? 0) > largest))
    return unclean('INVALID_SERIES', 'A value of this series is no number that can be counted with.');
  if (known.length < leastKnown)
    return unclean(
      'TOO_SHORT',
      `${known.length} periods that are over have a value; at least ${leastKnown} are needed to know what is usual.`,
    );
  const calendar = calendarOf(grain, dayNumber(over[0]?.start ?? '') ?? 0);
  const byPeriod = new Map<number, Datapoint>();
  for (const point of over) {
    const day = dayNumber(point.start);
    const period = day === null ? null : calendar.numberOf(day);
    if (period === null || byPeriod.has(period))
      return unclean('INVALID_SERIES', `The ${grain} of ${point.start} is none, or is there twice.`);
    byPeriod.set(period, point);
  }
  const periods = [...byPeriod.keys()].sort((a, b) => a - b);
  const last = periods.at(-1) ?? 0;
  const begin = periods[strays(periods)] ?? 0;
  const first = Math.max(begin, last - mostPeriods[grain] + 1);
  const numbers = Array.from({ length: last - first + 1 }, (_, at) => first + at);
  const placed = numbers.map((period) => byPeriod.get(period));
  const values = placed.map((point) => point?.value ?? null);
  const there = values.filter((value) => value !== null);
  if (there.length < leastKnown)
    return unclean('TOO_SHORT', 'Its recent part has too few values to know what is usual.');
  if (there.every((value) => value === there[0]))
    return unclean('CONSTANT', 'It has always had the same value.');
  const empty = values.filter((value) => value === null || value === 0).length;
  if (empty > values.length * mostEmpty)
    return unclean(
      'INTERMITTENT',
      `${empty} of ${values.length} ${grain}s are empty or zero: it comes now and then, and a missing or a large one is nothing odd.`,
    );
  return {
    grain,
    measure,
    currency,
    starts: numbers.map((period) => calendar.startOf(period)),
    points: placed,
    values,
  };
}

/** How many first periods stand far before the others: records with a mistyped date begin no series. */
function strays(periods: readonly number[]): number {
  for (const at of [2, 1, 0])
    if ((periods[at + 1] ?? 0) - (periods[at] ?? 0) > 12 && periods.length > 3 * leastKnown) return at + 1;
  return 0;
}

/** Whether nothing can be said of a series. */
export const isUnclean = (grid: Grid | Unclean): grid is Unclean => 'reason' in grid;
