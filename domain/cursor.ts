const number = /^-?\d+(\.\d+)?$/;
const integer = /^-?\d+$/;
const day = /^\d{4}-\d{2}-\d{2}$/;
const dateTime = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?$/i;

/** The instant of a day or an ISO 8601 time, ms since 1970; without a zone it is in UTC. Undefined where it is neither. */
export function instantOf(value: string): number | undefined {
  const match = dateTime.exec(value);
  if (!match && !day.test(value)) return undefined;
  const text = value.replace(' ', 'T');
  const ms = Date.parse(match && match[3] === undefined ? `${text}Z` : text);
  return Number.isNaN(ms) ? undefined : ms;
}

/**
 * Compares two cursor values as texts of one field: numbers by size, days and ISO 8601 times by instant, anything else
 * by its characters. Below 0 when `a` is the earlier one. Null (no cursor) is before every value.
 */
export function compareCursors(a: string | null, b: string | null): number {
  if (a === b) return 0;
  if (a === null) return -1;
  if (b === null) return 1;
  if (integer.test(a) && integer.test(b)) {
    // Ids and counts may have more digits than a number holds exactly.
    const [first, second] = [BigInt(a), BigInt(b)];
    return first < second ? -1 : first > second ? 1 : 0;
  }
  if (number.test(a) && number.test(b)) return Number(a) - Number(b);
  const [first, second] = [instantOf(a), instantOf(b)];
  if (first !== undefined && second !== undefined) {
    // Fractions of a second beyond milliseconds tell two times of one millisecond apart.
    return first - second || (finer(a) < finer(b) ? -1 : finer(a) > finer(b) ? 1 : 0);
  }
  return a < b ? -1 : a > b ? 1 : 0;
}

/** What of a time's fraction is below milliseconds, without zeros at its end. */
const finer = (value: string): string => (/\.\d{3}(\d+)/.exec(value)?.[1] ?? '').replace(/0+$/, '');

/** The greater of two cursor values. */
export const laterCursor = (a: string | null, b: string | null): string | null =>
  compareCursors(a, b) >= 0 ? a : b;
