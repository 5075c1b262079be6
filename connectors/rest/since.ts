import { instantOf as instant } from '../../domain/cursor.ts';
import { TributaryError } from '../../domain/errors.ts';
import { spanMs } from '../format/values.ts';
import type { Incremental, ResourceDefinition } from '../schema.ts';

const dayMs = 86_400_000;
const numeric = /^-?\d+(\.\d+)?$/;
const day = /^\d{4}-\d{2}-\d{2}$/;
const dateTime = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?$/i;

/** Whether a number of this size counts milliseconds since 1970; as seconds it would be after the year 5000. */
const countsMilliseconds = (value: number): boolean => Math.abs(value) >= 1e11;

/** The instant of a cursor value, ms since 1970; a time without a zone is in UTC. Undefined where it is no time. */
export function timeOf(value: string): number | undefined {
  if (numeric.test(value)) {
    const number = Number(value);
    return countsMilliseconds(number) ? number : number * 1000;
  }
  return instant(value);
}

/** A value moved back, written as it was: a number, a day, or a time with or without fraction and zone. */
function earlierAsIs(value: string, lookbackMs: number, inclusive: boolean): string {
  if (numeric.test(value)) {
    const number = Number(value);
    const lookback = countsMilliseconds(number) ? lookbackMs : lookbackMs / 1000;
    const moved = lookback + (inclusive ? 0 : 1);
    // A count with more digits than a number holds exactly is moved as an integer.
    return Number.isSafeInteger(number) || !/^-?\d+$/.test(value)
      ? String(number - moved)
      : String(BigInt(value) - BigInt(moved));
  }
  const at = timeOf(value);
  if (at === undefined) return value;
  if (day.test(value)) {
    const days = Math.ceil(lookbackMs / dayMs) + (inclusive ? 0 : 1);
    return new Date(at - days * dayMs).toISOString().slice(0, 10);
  }
  const [, , fraction, zone] = dateTime.exec(value) ?? [];
  const unit = fraction === undefined ? 1000 : 1;
  const moved = new Date(at - lookbackMs - (inclusive ? 0 : unit)).toISOString();
  const text = fraction === undefined ? `${moved.slice(0, 19)}Z` : moved;
  const zoned = zone === undefined ? text.slice(0, -1) : text;
  return value.includes(' ') ? zoned.replace('T', ' ') : zoned;
}

const unitMs = { iso: 1, date: dayMs, epochSeconds: 1000, epochMilliseconds: 1 } as const;

function written(ms: number, format: Exclude<Incremental['format'], 'asIs'>): string {
  switch (format) {
    case 'iso':
      return new Date(ms).toISOString();
    case 'date':
      return new Date(ms).toISOString().slice(0, 10);
    case 'epochSeconds':
      return String(ms / 1000);
    case 'epochMilliseconds':
      return String(ms);
  }
}

function instantOf(resource: ResourceDefinition, value: string): number {
  const at = timeOf(value);
  // The range of JavaScript's dates.
  if (at === undefined || Math.abs(at) > 8.64e15 - 400 * dayMs)
    throw new TributaryError(
      'DEFINITION_INVALID',
      `${resource.id}: incremental.format wants a time, but the cursor is "${value.slice(0, 40)}".`,
    );
  return at;
}

/**
 * What an incremental read asks for: the committed cursor, moved back by `lookback` and, for an app that leaves out
 * rows with exactly the cursor, by one unit more; in the form that the app takes. Rounded down, never up.
 * @throws TributaryError DEFINITION_INVALID when a form of time is wanted and the cursor is no time.
 */
export function askedSince(resource: ResourceDefinition, since: string): string {
  const { incremental } = resource;
  if (!incremental) return since;
  const { format, inclusive, lookback } = incremental;
  const lookbackMs = lookback === undefined ? 0 : spanMs(lookback);
  if (format === 'asIs')
    return lookbackMs === 0 && inclusive ? since : earlierAsIs(since, lookbackMs, inclusive);
  const unit = unitMs[format];
  const from = Math.floor((instantOf(resource, since) - lookbackMs) / unit) * unit;
  return written(inclusive ? from : from - unit, format);
}

/**
 * The end of a range in the form that the app takes, rounded up: rows after it are passed over when they are here.
 * @throws TributaryError DEFINITION_INVALID when it is no time.
 */
export function askedUntil(resource: ResourceDefinition, until: string): string {
  const format = resource.incremental?.format ?? 'asIs';
  if (format === 'asIs') return until;
  const unit = unitMs[format];
  return written(Math.ceil(instantOf(resource, until) / unit) * unit, format);
}
