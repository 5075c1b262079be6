import type { ForecastGrain } from '../../../domain/forecast.ts';

const dayMs = 86_400_000;

/** Days since 1970-01-01; null for what is no date of the years 1000 to 2999. */
export function dayNumber(date: string): number | null {
  if (!/^[12]\d{3}-\d{2}-\d{2}$/.test(date)) return null;
  const month = Number(date.slice(5, 7)) - 1;
  const ms = Date.UTC(Number(date.slice(0, 4)), month, Number(date.slice(8)));
  // A month or a day that there is not comes out in another month.
  return new Date(ms).getUTCMonth() === month ? ms / dayMs : null;
}

const dateOf = (day: number): string => new Date(day * dayMs).toISOString().slice(0, 10);

/** Counts periods of one length; only dates go in, so clocks and daylight saving do not matter. */
export interface Calendar {
  /** Number of the period that begins on this day; null where none begins. */
  numberOf(day: number): number | null;
  /** First day of a period, YYYY-MM-DD. */
  startOf(period: number): string;
}

/** @param firstDay A day on which a period begins: weeks begin on its weekday. */
export function calendarOf(grain: ForecastGrain, firstDay: number): Calendar {
  if (grain === 'month')
    return {
      numberOf: (day) => {
        const date = new Date(day * dayMs);
        return date.getUTCDate() === 1 ? date.getUTCFullYear() * 12 + date.getUTCMonth() : null;
      },
      startOf: (period) => dateOf(Date.UTC(Math.floor(period / 12), period % 12) / dayMs),
    };
  const length = grain === 'week' ? 7 : 1;
  return {
    numberOf: (day) => ((day - firstDay) % length === 0 ? (day - firstDay) / length : null),
    startOf: (period) => dateOf(firstDay + period * length),
  };
}

/**
 * First day of the period that a day lies in: what begins before it is over.
 * @param asOf YYYY-MM-DD; weeks begin on Mondays
 */
export function openPeriodOf(grain: ForecastGrain, asOf: string): string {
  if (grain === 'day') return asOf;
  if (grain === 'month') return `${asOf.slice(0, 7)}-01`;
  const day = dayNumber(asOf) ?? 0;
  // Day 0 was a Thursday.
  return dateOf(day - ((((day + 3) % 7) + 7) % 7));
}

/** First day of the period after one; the same text where none begins on that day. */
export function nextPeriodOf(grain: ForecastGrain, start: string): string {
  const day = dayNumber(start);
  const calendar = calendarOf(grain, day ?? 0);
  const period = day === null ? null : calendar.numberOf(day);
  return period === null ? start : calendar.startOf(period + 1);
}
