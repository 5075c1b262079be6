import { TributaryError } from '../../domain/errors.ts';
import { dayAfter } from '../../domain/report-type.ts';
import { clockOf, instantOf, type OffsetAt } from '../../domain/zones.ts';
import type { ReportDefinition } from '../schema.ts';

/** Begin and end of a day in the form that the app takes. */
export interface AskedDay {
  readonly date: string | number;
  readonly end: string | number;
}

const plainDay = /^\d{4}-\d{2}-\d{2}$/;

/** The instant at which a day begins on a clock: after the gap where midnight is left out, the first of two midnights. */
const beginOf = (day: string, clock: OffsetAt): number => instantOf(Date.parse(`${day}T00:00:00Z`), clock);

/**
 * What is asked for to get the report of one date.
 * @param date YYYY-MM-DD
 * @param timeZone An IANA name or an offset from GMT: where the day begins and ends.
 * @throws TributaryError INVALID_INPUT for what is no date, or no time zone
 */
export function askedDay(
  { format, endInclusive }: ReportDefinition['date'],
  date: string,
  timeZone: string,
): AskedDay {
  const next = dayAfter(date, 1);
  if (next === null || !plainDay.test(next))
    throw new TributaryError('INVALID_INPUT', `"${date.slice(0, 40)}" is no date such as 2017-11-05.`);
  const clock = clockOf(timeZone);
  if (clock === null)
    throw new TributaryError(
      'INVALID_INPUT',
      `"${timeZone.slice(0, 40)}" is no time zone such as America/Los_Angeles.`,
    );
  if (format === 'date') return { date, end: endInclusive ? date : next };
  const unitMs = format === 'epochSeconds' ? 1000 : 1;
  const begin = beginOf(date, clock);
  const end = beginOf(next, clock) - (endInclusive ? unitMs : 0);
  return format === 'iso'
    ? { date: new Date(begin).toISOString(), end: new Date(end).toISOString() }
    : { date: Math.floor(begin / unitMs), end: Math.floor(end / unitMs) };
}
