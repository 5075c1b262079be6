import type { ForecastGrain, ForecastInput, NoForecast } from '../../../domain/forecast.ts';
import { noForecast } from '../../../domain/forecast.ts';
import { type Calendar, calendarOf, dayNumber } from './periods.ts';

/** A series without holes, ready for models. */
export interface ReadSeries {
  readonly calendar: Calendar;
  /** Number of the first period. */
  readonly first: number;
  /** Consecutive periods, oldest first; unknown ones are filled from their neighbours. */
  readonly values: readonly number[];
  /** Which of them are known and may be scored. */
  readonly known: readonly boolean[];
  readonly notes: readonly string[];
}

/** Older periods say little about the next ones, and cost time. */
const mostPeriods: Readonly<Record<ForecastGrain, number>> = { day: 1_461, week: 520, month: 480 };
/** Below it nothing can be tried out on the past. */
const leastKnown = 8;
/** With more unknown than this a forecast would be one of our own filling. */
const mostUnknown = 1 / 3;

const isNone = (value: object): value is NoForecast => 'outcome' in value;

/** Checks a series and puts it on a grid of periods. @returns why there can be no forecast, where there can be none */
export function readSeries(input: ForecastInput): ReadSeries | NoForecast {
  const placed = placePoints(input);
  if (isNone(placed)) return placed;
  const { byPeriod, calendar, notes } = placed;
  const periods = [...byPeriod].filter(([, value]) => value !== null).map(([period]) => period);
  if (periods.length === 0) return noForecast('NO_VALUES', 'No period that is over has a value.');
  let last = -Infinity;
  let first = Infinity;
  for (const period of periods) {
    last = Math.max(last, period);
    first = Math.min(first, period);
  }
  if (last - first >= mostPeriods[input.grain]) {
    first = last - mostPeriods[input.grain] + 1;
    notes.push(`Only the last ${mostPeriods[input.grain]} ${input.grain}s are used.`);
    while ((byPeriod.get(first) ?? null) === null && (byPeriod.has(first) || input.gaps !== 'zero')) first++;
  }
  const raw = Array.from({ length: last - first + 1 }, (_, index) => {
    const value = byPeriod.get(first + index);
    return value === undefined && input.gaps === 'zero' ? 0 : (value ?? null);
  });
  const known = raw.map((value) => value !== null);
  const knownCount = known.filter(Boolean).length;
  if (knownCount < leastKnown)
    return noForecast(
      'TOO_SHORT',
      `There ${knownCount === 1 ? 'is 1 period' : `are ${knownCount} periods`} with a value; a forecast needs at least ${leastKnown}.`,
    );
  const unknown = raw.length - knownCount;
  if (unknown > raw.length * mostUnknown)
    return noForecast(
      'TOO_MANY_GAPS',
      `${unknown} of ${raw.length} ${input.grain}s have no value; at most a third may be missing.`,
    );
  if (unknown > 0)
    notes.push(
      `${unknown} of ${raw.length} ${input.grain}s ${unknown === 1 ? 'has no value and was' : 'have no value and were'} filled in.`,
    );
  return { calendar, first, values: fillGaps(raw), known, notes };
}

interface Placed {
  readonly byPeriod: ReadonlyMap<number, number | null>;
  readonly calendar: Calendar;
  readonly notes: string[];
}

function placePoints({ grain, points, asOf, horizon = 1 }: ForecastInput): Placed | NoForecast {
  const today = dayNumber(asOf);
  if (today === null) return noForecast('INVALID_SERIES', `asOf is no date: ${asOf}.`);
  if (!Number.isInteger(horizon) || horizon < 1 || horizon > 366)
    return noForecast('INVALID_SERIES', 'The horizon is a whole number of periods from 1 to 366.');
  const firstDay = dayNumber(points[0]?.start ?? asOf);
  const calendar = calendarOf(grain, firstDay ?? 0);
  const byPeriod = new Map<number, number | null>();
  let open = 0;
  for (const { start, value } of points) {
    const day = dayNumber(start);
    const period = day === null ? null : calendar.numberOf(day);
    if (period === null)
      return noForecast('INVALID_SERIES', `No ${grain} of this series begins on ${start}.`);
    if (value !== null && !Number.isFinite(value))
      return noForecast(
        'INVALID_VALUE',
        `The value of ${start} is ${value}, which is no number to count with.`,
      );
    if (byPeriod.has(period))
      return noForecast('DUPLICATE_PERIOD', `The ${grain} of ${start} is there twice.`);
    byPeriod.set(period, value);
    if ((dayNumber(calendar.startOf(period + 1)) ?? Infinity) > today) {
      open++;
      byPeriod.set(period, null);
    }
  }
  const notes =
    open === 0 ? [] : [`${open} ${grain}${open === 1 ? ' is' : 's are'} not over on ${asOf} and left out.`];
  return { byPeriod, calendar, notes };
}

/** Straight lines between the known neighbours. The first and the last one are known. */
function fillGaps(raw: readonly (number | null)[]): number[] {
  const filled: number[] = [];
  let before = 0;
  raw.forEach((value, index) => {
    if (value === null) return;
    const from = filled[before] ?? value;
    for (let hole = filled.length; hole < index; hole++) {
      const share = (hole - before) / (index - before);
      filled.push(from * (1 - share) + value * share);
    }
    filled.push(value);
    before = index;
  });
  return filled;
}
