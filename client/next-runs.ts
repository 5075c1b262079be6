import { Cron } from 'croner';
import { intervalMs, type Recurrence } from '../domain/schedule.ts';
import type { DesiredSchedule } from '../domain/ticks.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const quarterMs = hourMs / 4;

/** A clock is never put forward or back by more. */
const mostShiftMs = 3 * hourMs;

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

/** The instants at which a clock in the zone shows a wall time: none in the spring gap, two in autumn. */
function instantsOf(wall: number, offsetAt: (instant: number) => number): number[] {
  const offsets = new Set([offsetAt(wall - dayMs), offsetAt(wall + dayMs)]);
  return [...offsets]
    .map((offset) => wall - offset)
    .filter((instant) => instant + offsetAt(instant) === wall);
}

/** What a clock in the zone shows at an instant, less UTC, in milliseconds. */
function zoneOffset(timeZone: string): (instant: number) => number {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  const known = new Map<number, number>();
  const shiftAt = (instant: number): number => {
    const part = Object.fromEntries(
      format.formatToParts(instant).map(({ type, value }) => [type, Number(value)]),
    ) as Record<'year' | 'month' | 'day' | 'hour' | 'minute' | 'second', number>;
    const shown = Date.UTC(part.year, part.month - 1, part.day, part.hour, part.minute, part.second);
    return shown - Math.floor(instant / 1000) * 1000;
  };
  // Clocks are put forward and back at quarters of an hour; to ask costs a tenth of a millisecond.
  return (instant) => {
    const quarter = Math.floor(instant / quarterMs) * quarterMs;
    const shift = known.get(quarter) ?? shiftAt(quarter);
    known.set(quarter, shift);
    return shift;
  };
}
