const quarterMs = 900_000;
/** 1,024 quarters, some 11 days: halved ten times it is a quarter. */
const spanMs = 1_024 * quarterMs;
const dayMs = 86_400_000;
const minuteMs = 60_000;

/** What a clock shows at an instant, less UTC, in milliseconds. */
export type OffsetAt = (instant: number) => number;

/**
 * The clock of a zone.
 * @param timeZone An IANA name.
 * @throws {RangeError} for a name that there is not
 */
export function zoneOffset(timeZone: string): OffsetAt {
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
  const shiftAt = (instant: number): number => {
    const part = Object.fromEntries(
      format.formatToParts(instant).map(({ type, value }) => [type, Number(value)]),
    ) as Record<'year' | 'month' | 'day' | 'hour' | 'minute' | 'second', number>;
    const shown = Date.UTC(part.year, part.month - 1, part.day, part.hour, part.minute, part.second);
    return shown - Math.floor(instant / 1000) * 1000;
  };
  const asked = new Map<number, number>();
  const ask = (instant: number): number => {
    const shift = asked.get(instant) ?? shiftAt(instant);
    asked.set(instant, shift);
    return shift;
  };
  // To ask costs a tenth of a millisecond. No clock is put forward and back within one span, and only at quarters.
  return (instant) => {
    let from = Math.floor(instant / spanMs) * spanMs;
    let to = from + spanMs;
    while (to - from > quarterMs && ask(from) !== ask(to)) {
      const middle = (from + to) / 2;
      if (instant < middle) to = middle;
      else from = middle;
    }
    return ask(from);
  };
}

/**
 * The instants at which a clock shows a wall time, in order: none in the spring gap, two in autumn.
 * @param wall Counted as if it were UTC.
 */
export function instantsOf(wall: number, offsetAt: OffsetAt): number[] {
  const offsets = new Set([offsetAt(wall - dayMs), offsetAt(wall + dayMs)]);
  return [...offsets]
    .map((offset) => wall - offset)
    .filter((instant) => instant + offsetAt(instant) === wall)
    .sort((a, b) => a - b);
}

/**
 * The instant that a wall time means: the first of two in autumn; in the spring gap the first minute after it.
 * @param wall Counted as if it were UTC.
 */
export function instantOf(wall: number, offsetAt: OffsetAt): number {
  const [first] = instantsOf(wall, offsetAt);
  if (first !== undefined) return first;
  // The clock is put forward somewhere between these two.
  let before = wall - Math.max(offsetAt(wall - dayMs), offsetAt(wall + dayMs));
  let after = wall - Math.min(offsetAt(wall - dayMs), offsetAt(wall + dayMs));
  while (after - before > minuteMs) {
    const middle = before + Math.floor((after - before) / 2 / minuteMs) * minuteMs;
    if (middle + offsetAt(middle) < wall) before = middle;
    else after = middle;
  }
  return after;
}

/** Minutes before or after GMT that a text such as `-7`, `GMT-7`, `UTC+05:30` or `0` names; null: it is none. */
export function gmtOffsetMinutes(text: string): number | null {
  const match = /^(?:GMT|UTC)?\s*(?:([+-−])?\s*(\d{1,2})(?::?([0-5]\d))?)?$/i.exec(text.trim());
  if (match === null || text.trim() === '') return null;
  const [, sign = '+', hours = '0', minutes = '0'] = match;
  const total = Number(hours) * 60 + Number(minutes);
  const signed = sign === '+' ? total : -total;
  return signed < -12 * 60 || signed > 14 * 60 ? null : signed === 0 ? 0 : signed;
}

/** The clock of an IANA zone or of an offset from GMT; null for what is neither. */
export function clockOf(zone: string): OffsetAt | null {
  const minutes = gmtOffsetMinutes(zone);
  if (minutes !== null) return () => minutes * minuteMs;
  try {
    return zoneOffset(zone);
  } catch {
    return null;
  }
}
