import { zoneOffset } from '../../domain/zones.ts';
import type { AnalysisInput } from './analysis.ts';
import { readDirectory } from './datapoints/pages.ts';

const dayMs = 86_400_000;
/** A month whose last three days brought nothing may be whole all the same. */
const graceDays = 3;

/** The day that a calendar of the zone shows, YYYY-MM-DD. @throws {RangeError} for a zone that there is not */
export const dayIn = (timeZone: string, at: Date): string =>
  new Date(at.getTime() + zoneOffset(timeZone)(at.getTime())).toISOString().slice(0, 10);

/**
 * The day, YYYY-MM-DD, as of which a connection's numbers are judged: a period that has not ended by then is not
 * looked at. It is today in the company's calendar; where the records stop earlier, four days after their newest day,
 * for a period that they stop in is not whole, however long ago that was.
 */
export async function judgedDay(
  { ports, session, connection, definition }: AnalysisInput,
  now: Date,
): Promise<string> {
  const analysis = ports.stores.analysis.of(connection._id, session.generation);
  let newest = '';
  for (const resource of new Set(definition.metrics.map((metric) => metric.resource)))
    for (const { days } of (await readDirectory(analysis, resource))?.pages ?? [])
      for (const span of days) if (span !== null && span[1] > newest) newest = span[1];
  const today = dayIn(connection.timeZone, now);
  if (newest === '') return today;
  const whole = Date.parse(newest) + (1 + graceDays) * dayMs;
  return new Date(Math.min(whole, Date.parse(today))).toISOString().slice(0, 10);
}
