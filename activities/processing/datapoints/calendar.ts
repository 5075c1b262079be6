import type { Grain } from '../../../domain/datapoints.ts';
import type { JsonValue } from '../../../domain/json.ts';

const dayMs = 86_400_000;
const hourMs = 3_600_000;
/** Greater numbers are milliseconds: as seconds they would lie beyond the year 5000. */
const leastMilliseconds = 1e11;
const latestMs = 8.64e15;

/** The first day that is counted. */
export const firstDay = '1970-01-01';

/** The last day that is counted: the end of the fifth year after this one. It moves once a year, and not by day. */
export const lastDayAt = (now: Date): string => `${now.getUTCFullYear() + 5}-12-31`;

/** The first day of the period that a day belongs to; weeks begin on Mondays. */
export function periodOf(day: string, grain: Grain): string {
  if (grain === 'day') return day;
  if (grain === 'month') return `${day.slice(0, 7)}-01`;
  const number = Date.parse(`${day}T00:00:00Z`) / dayMs;
  // Day 0 was a Thursday.
  return dayText(number - ((((number + 3) % 7) + 7) % 7));
}

/** Reads the calendar day of a value, YYYY-MM-DD; null where it tells none. */
export type DayReader = (value: JsonValue | undefined) => string | null;

const written =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,]\d+)?)?(?: ?(Z|[+-]\d\d(?::?\d\d)?))?)?$/i;

/**
 * Days in the calendar of a time zone. A day, and a time without an offset, are local already; a time with an offset
 * and a number (seconds since 1970, or milliseconds from 1e11 on) are instants. Years beyond 9999 count as 9999.
 */
export function createDayReader(timeZone: string): DayReader {
  const offsetAt = createOffsets(timeZone);
  const dayAt = (ms: number): string | null =>
    Math.abs(ms) > latestMs ? null : dayText(Math.floor((ms + offsetAt(ms)) / dayMs));
  return (value) => {
    if (typeof value === 'number')
      return Number.isFinite(value)
        ? dayAt(Math.abs(value) < leastMilliseconds ? value * 1000 : value)
        : null;
    if (typeof value !== 'string') return null;
    const match = written.exec(value) ?? written.exec(value.trim());
    if (match === null) return null;
    const [, year = '', month = '', day = '', hour, minute = '', second = '0', offset] = match;
    if (!isDay(Number(year), Number(month), Number(day))) return null;
    const local = `${year}-${month}-${day}`;
    if (hour === undefined) return local;
    if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 60) return null;
    if (offset === undefined) return local;
    const minutes = offsetMinutes(offset);
    if (minutes === null) return null;
    const ms = Date.parse(`${local}T${hour}:${minute}:00Z`) + Math.min(59, Number(second)) * 1000;
    return dayAt(ms - minutes * 60_000);
  };
}

function offsetMinutes(offset: string): number | null {
  if (offset === 'Z' || offset === 'z') return 0;
  const [hours, minutes] = [Number(offset.slice(1, 3)), Number(offset.slice(3).replace(':', '') || '0')];
  if (hours > 23 || minutes > 59) return null;
  return (offset.startsWith('-') ? -1 : 1) * (hours * 60 + minutes);
}

function isDay(year: number, month: number, day: number): boolean {
  if (month < 1 || month > 12 || day < 1 || day > 31) return false;
  if (day <= 28) return true;
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return day <= (month === 2 ? (leap ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31);
}

const texts = new Map<number, string>();
const greatestDay = Date.UTC(9999, 11, 31) / dayMs;
const leastDay = -719_162;

/** The day of a number of days since 1970. */
function dayText(number: number): string {
  const known = texts.get(number);
  if (known !== undefined) return known;
  const ms = Math.max(leastDay, Math.min(greatestDay, number)) * dayMs;
  const text = new Date(ms).toISOString().slice(0, 10);
  // Some thousand days are what data hold; whatever comes beyond is not kept.
  if (texts.size < 50_000) texts.set(number, text);
  return text;
}

/**
 * A zone's offset from UTC at an instant, in ms. Asking for it is slow, so it is kept for each day in which it does not
 * change, and for each such hour of the others. A change in the middle of an hour is asked for each time.
 */
function createOffsets(timeZone: string): (ms: number) => number {
  const ask = createAsk(timeZone);
  const days = new Map<number, number | null>();
  const hours = new Map<number, number | null>();
  const within = (kept: Map<number, number | null>, number: number, length: number): number | null => {
    let offset = kept.get(number);
    if (offset === undefined) {
      const start = ask(number * length);
      offset = start === ask((number + 1) * length) ? start : null;
      kept.set(number, offset);
    }
    return offset;
  };
  return (ms) =>
    // Far away it makes no difference: such days are not counted.
    Math.abs(ms) > 1e13
      ? 0
      : (within(days, Math.floor(ms / dayMs), dayMs) ??
        within(hours, Math.floor(ms / hourMs), hourMs) ??
        ask(ms));
}

function createAsk(timeZone: string): (ms: number) => number {
  const format = new Intl.DateTimeFormat('en-US-u-ca-iso8601-nu-latn', {
    ...{ timeZone, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit' },
    ...{ hour: '2-digit', minute: '2-digit', second: '2-digit' },
  });
  return (ms) => {
    const part: Record<string, number> = {};
    for (const { type, value } of format.formatToParts(ms)) part[type] = Number(value);
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part;
    return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(ms / 1000) * 1000;
  };
}
