import type { Grain } from '../../../domain/datapoints.ts';
import type { InsightPeriod } from '../../../domain/insights.ts';
import { type Calendar, calendarOf, dayNumber } from '../forecasting/periods.ts';

/** Periods are counted in weeks or months: days are put together. */
export type FrameGrain = Exclude<Grain, 'day'>;

/** A Monday. */
const firstMonday = 4;
export const calendars: Readonly<Record<FrameGrain, Calendar>> = {
  month: calendarOf('month', 0),
  week: calendarOf('week', firstMonday),
};

/** Periods after which the calendar repeats. */
export const seasonOf: Readonly<Record<FrameGrain, number>> = { month: 12, week: 52 };

const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
] as const;

const monthOf = (date: string): string => months[Number(date.slice(5, 7)) - 1] ?? date;
const monthAndYear = (date: string): string => `${monthOf(date)} ${date.slice(0, 4)}`;

/** Number of the period that holds this day; null for what is no date. */
export function periodOf(grain: FrameGrain, date: string): number | null {
  const day = dayNumber(date);
  if (day === null) return null;
  if (grain === 'week') return Math.floor((day - firstMonday) / 7);
  return Number(date.slice(0, 4)) * 12 + Number(date.slice(5, 7)) - 1;
}

/** First day of a period. */
export const startOf = (grain: FrameGrain, period: number): string => calendars[grain].startOf(period);

/** Last day of a period. */
export function lastDayOf(grain: FrameGrain, period: number): string {
  const next = dayNumber(startOf(grain, period + 1)) ?? 0;
  return new Date((next - 1) * 86_400_000).toISOString().slice(0, 10);
}

/** Periods `first` to `last`, both included, with a name for people. */
export function spanOf(grain: FrameGrain, first: number, last: number): InsightPeriod {
  const from = startOf(grain, first);
  const to = lastDayOf(grain, last);
  return { from, to, label: labelOf(grain, first, last, from, to) };
}

function labelOf(grain: FrameGrain, first: number, last: number, from: string, to: string): string {
  const count = last - first + 1;
  if (grain === 'week') return count === 1 ? `the week of ${from}` : `the ${count} weeks to ${to}`;
  if (count === 1) return monthAndYear(to);
  if (count === 12 && first % 12 === 0) return to.slice(0, 4);
  return `the ${count} months to ${monthAndYear(to)}`;
}

/** The place of a period in its year, for people: `November`, `the week of 24 November`. */
export function placeInYear(grain: FrameGrain, start: string): string {
  return grain === 'month' ? monthOf(start) : `the week of ${Number(start.slice(8))} ${monthOf(start)}`;
}

/** In running text: `in November 2017` and the like. */
export const monthOrWeek = (grain: FrameGrain, start: string): string =>
  grain === 'month' ? monthAndYear(start) : `the week of ${start}`;
