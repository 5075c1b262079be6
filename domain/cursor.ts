const number = /^-?\d+(\.\d+)?$/;
const dateTime = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/;

/**
 * Compares two cursor values as texts of one field: numbers by size, ISO 8601 times by instant, anything else by
 * its characters. Below 0 when `a` is the earlier one. Null (no cursor) is before every value.
 */
export function compareCursors(a: string | null, b: string | null): number {
  if (a === b) return 0;
  if (a === null) return -1;
  if (b === null) return 1;
  if (number.test(a) && number.test(b)) return Number(a) - Number(b);
  if (dateTime.test(a) && dateTime.test(b)) {
    const difference = Date.parse(a) - Date.parse(b);
    if (difference !== 0 && !Number.isNaN(difference)) return difference;
  }
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The greater of two cursor values. */
export const laterCursor = (a: string | null, b: string | null): string | null =>
  compareCursors(a, b) >= 0 ? a : b;
