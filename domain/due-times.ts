import { type Automation, automationRuns, type DueTime, weekdays } from './automations.ts';
import { clockOf, gmtOffsetMinutes, instantOf, instantsOf } from './zones.ts';

const dayMs = 86_400_000;
const minuteMs = 60_000;

/** What of an automation says when it is due. */
export type Timing = Pick<Automation, 'run' | 'time' | 'timezone' | 'weekday'>;

/** What is wrong with a timing, field by field; none: nothing. */
export function timingFaults({ run, time, timezone, weekday }: Timing): readonly TimingFault[] {
  const faults: TimingFault[] = [];
  if (!automationRuns.includes(run))
    faults.push({ field: 'run', message: `must be one of ${automationRuns.join(', ')}` });
  if (run === 'Interval') {
    const minutes = minutesOf(time);
    if (minutes === null || minutes > 1440)
      faults.push({ field: 'time', message: 'is the length of the period, from 00:01 to 24:00' });
    else if (minutes === 0)
      faults.push({ field: 'time', message: '00:00 is no length: the shortest period is 00:01' });
  } else if ((minutesOf(time) ?? 1440) >= 1440)
    faults.push({ field: 'time', message: 'is a time of day in 24 h, from 00:00 to 23:59' });
  if (clockOf(timezone) === null)
    faults.push({
      field: 'timezone',
      message: `"${timezone}" is no zone: use an IANA name such as Europe/Berlin, or hours from GMT such as -7`,
    });
  if (run === 'Weekly' && (weekday === null || !weekdays.includes(weekday)))
    faults.push({ field: 'weekday', message: `a weekly automation needs one of ${weekdays.join(', ')}` });
  return faults;
}

export interface TimingFault {
  readonly field: 'run' | 'time' | 'timezone' | 'weekday';
  readonly message: string;
}

/**
 * When an automation is due, `from` inclusive, `to` exclusive, in order (design.md section 5): at its wall time; where
 * the clock leaves that out in spring, the first minute after it; where it comes twice in autumn, the first of the two.
 * A date that a zone leaves out altogether has no slot.
 * @throws {RangeError} for a timing that {@link timingFaults} finds fault with
 */
export function dueTimes(timing: Timing, from: number, to: number): DueTime[] {
  const [fault] = timingFaults(timing);
  if (fault !== undefined) throw new RangeError(`${fault.field}: ${fault.message}`);
  const minutes = minutesOf(timing.time) ?? 0;
  return timing.run === 'Interval'
    ? intervalTimes(minutes * minuteMs, from, to)
    : wallTimes(timing, minutes * minuteMs, from, to);
}

/** The next `count` times after an instant. */
export function nextDueTimes(timing: Timing, count: number, after: number): DueTime[] {
  const spanDays = timing.run === 'Interval' ? count + 1 : (timing.run === 'Weekly' ? 7 : 1) * (count + 2);
  return dueTimes(timing, after + 1, after + spanDays * dayMs).slice(0, count);
}

/**
 * The slot that a tick of an instant stands for: the last time due that is not later. A clock that is put back ticks
 * twice for one slot.
 */
export function slotAt(timing: Timing, instant: number): DueTime | null {
  return dueTimes(timing, instant - 9 * dayMs, instant + 1).at(-1) ?? null;
}

/** When the engine is to tick: its own words for it, as it takes no offsets from GMT as zones. */
export type TickTimes =
  | { readonly kind: 'interval'; readonly everyMs: number }
  | {
      readonly kind: 'calendar';
      readonly hour: number;
      readonly minute: number;
      /** 0 is Sunday; null: every day. */
      readonly dayOfWeek: number | null;
      /** An IANA name. */
      readonly timezone: string;
    };

/** Offsets from GMT become a calendar in UTC with hour and weekday shifted. */
export function tickTimesOf({ run, time, timezone, weekday }: Timing): TickTimes {
  const minutes = minutesOf(time) ?? 0;
  if (run === 'Interval') return { kind: 'interval', everyMs: minutes * minuteMs };
  const day = run === 'Weekly' && weekday !== null ? (weekdays.indexOf(weekday) + 1) % 7 : null;
  const offset = gmtOffsetMinutes(timezone);
  const utc = minutes - (offset ?? 0);
  const shiftDays = Math.floor(utc / 1440);
  const inDay = utc - shiftDays * 1440;
  return {
    kind: 'calendar',
    hour: Math.floor(inDay / 60),
    minute: inDay % 60,
    dayOfWeek: day === null ? null : (day + shiftDays + 7) % 7,
    // The engine wants it written as it is in the list of zones.
    timezone:
      offset === null
        ? new Intl.DateTimeFormat('en', { timeZone: timezone }).resolvedOptions().timeZone
        : 'UTC',
  };
}

/** `24:00` is 1440; null: not `HH:MM`. */
function minutesOf(time: string): number | null {
  const match = /^(\d{2}):([0-5]\d)$/.exec(time);
  if (match === null) return null;
  const minutes = Number(match[1]) * 60 + Number(match[2]);
  return minutes <= 1440 ? minutes : null;
}

function intervalTimes(everyMs: number, from: number, to: number): DueTime[] {
  const found: DueTime[] = [];
  for (let at = Math.ceil(from / everyMs) * everyMs; at < to; at += everyMs)
    found.push({ at, slot: new Date(at).toISOString() });
  return found;
}

function wallTimes({ run, timezone, weekday }: Timing, timeMs: number, from: number, to: number): DueTime[] {
  const clock = clockOf(timezone);
  if (clock === null) return [];
  const found: DueTime[] = [];
  const first = Math.floor((from + clock(from)) / dayMs) * dayMs - dayMs;
  const last = to + clock(to) + dayMs;
  for (let date = first; date < last; date += dayMs) {
    if (run === 'Weekly' && weekdays[(new Date(date).getUTCDay() + 6) % 7] !== weekday) continue;
    if (instantsOf(date + dayMs / 2, clock).length === 0) continue;
    const at = instantOf(date + timeMs, clock);
    if (at >= from && at < to) found.push({ at, slot: new Date(date).toISOString().slice(0, 10) });
  }
  return found;
}
