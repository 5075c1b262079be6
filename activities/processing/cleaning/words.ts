import type { Grain } from '../../../domain/datapoints.ts';

// Made once: making one takes longer than cleaning a series.
const monthName = new Intl.DateTimeFormat('en', { month: 'long', year: 'numeric', timeZone: 'UTC' });
const fourDigits = new Intl.NumberFormat('en', { maximumSignificantDigits: 4 });

/** `March 2026`, `The week from 2026-03-02`, `2026-03-02` */
export function periodWords(grain: Grain, start: string): string {
  if (grain === 'day') return start;
  return grain === 'week' ? `The week from ${start}` : monthName.format(new Date(`${start}T00:00:00Z`));
}

/** Four digits, with separators; very large or small ones with an exponent. */
export function shown(value: number): string {
  const size = Math.abs(value);
  return size !== 0 && (size >= 1e15 || size < 1e-4) ? value.toExponential(2) : fourDigits.format(value);
}
