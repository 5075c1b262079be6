import { Cron } from 'croner';
import { intervalMs, type Recurrence } from '../domain/schedule.ts';
import type { DesiredSchedule } from '../domain/ticks.ts';
import { instantsOf, zoneOffset } from '../domain/zones.ts';

/** A clock is never put forward or back by more. */
const mostShiftMs = 3 * 3_600_000;

/**
 * The next times at which the engine starts something that recurs, as its Schedules count: wall times of the zone; one
 * that the clock leaves out in spring does not run. Without the jitter. One that comes twice in autumn is named twice;
 * in that one hour the engine itself is not regular, and may start it only once.
 * @param count At most so many; less where there are no more within the next years.
 * @param from Exclusive.
 * @param phaseMs Where in an interval it runs, counted from the epoch (`DesiredSchedule`).
 * @throws {RangeError} for an interval or a zone that there is not, and what croner throws for a cron expression
 * @example nextRuns({ kind: 'CRON', cron: '0 6 * * 1-5' }, 'Europe/Berlin', 3, new Date())
 */
export function nextRuns(
  recurrence: Recurrence,
  timeZone: string,
  count: number,
  from: Date,
  phaseMs = 0,
): Date[] {
  if (recurrence.kind === 'INTERVAL') {
    const every = intervalMs(recurrence.every);
    const first = Math.floor((from.getTime() - phaseMs) / every) + 1;
    return Array.from({ length: count }, (_, index) => new Date((first + index) * every + phaseMs));
  }
  const offsetAt = zoneOffset(timeZone);
  // Wall times are counted as if they were UTC, which has none twice and leaves none out.
  const cron = new Cron(recurrence.cron, { utcOffset: 0 });
  const after = from.getTime();
  const found: number[] = [];
  let wall = new Date(after + offsetAt(after) - mostShiftMs);
  for (;;) {
    const next = cron.nextRun(wall);
    const last = found[count - 1];
    // Times of the hour that comes twice are found out of order.
    const isEnough =
      last !== undefined && next !== null && next.getTime() - offsetAt(last) - mostShiftMs > last;
    if (next === null || isEnough) break;
    wall = next;
    const instants = instantsOf(next.getTime(), offsetAt).filter((instant) => instant > after);
    const inOrder = instants.every((instant) => instant > (found.at(-1) ?? 0)) && instants.length < 2;
    found.push(...instants);
    if (!inOrder) found.sort((a, b) => a - b);
  }
  return found.slice(0, count).map((instant) => new Date(instant));
}

/** See {@link nextRuns}. */
export const nextRunsOf = (
  { recurrence, timeZone, phaseMs }: Pick<DesiredSchedule, 'recurrence' | 'timeZone' | 'phaseMs'>,
  count: number,
  from: Date,
): Date[] => nextRuns(recurrence, timeZone, count, from, phaseMs);
