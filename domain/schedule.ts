/** Where several schedules could be meant: `^[1-9][0-9]*[dhm]$` (document 002), such as `15m`, `6h`, `1d`. */
export const intervalPattern = /^[1-9][0-9]*[dhm]$/;

/** When something recurs by itself. Times are those of the connection's time zone. */
export type Recurrence =
  | { readonly kind: 'INTERVAL'; readonly every: string }
  /** Five fields: minute, hour, day of month, month, day of week. */
  | { readonly kind: 'CRON'; readonly cron: string };

/** The schedule of a connection; MANUAL: sessions start by calls and webhooks only. */
export type ConnectionSchedule = Recurrence | { readonly kind: 'MANUAL' };

/** The schedule of one ingestion configuration; GLOBAL: that of its connection. */
export type IngestionSchedule = Recurrence | { readonly kind: 'GLOBAL' };

export const ingestionStrategies = ['SNAPSHOT', 'INCREMENTAL'] as const;

/** SNAPSHOT reads everything anew, INCREMENTAL what changed since the cursor. */
export type IngestionStrategy = (typeof ingestionStrategies)[number];

/** One way in which a resource is ingested; a resource may have several (document 002). */
export interface IngestionConfiguration {
  /** A slug, unique in its resource. */
  readonly id: string;
  readonly strategy: IngestionStrategy;
  readonly schedule: IngestionSchedule;
  readonly enabled: boolean;
}

/** What a resource has whose configurations nobody named. */
export const defaultConfiguration: IngestionConfiguration = {
  id: 'default',
  strategy: 'INCREMENTAL',
  schedule: { kind: 'GLOBAL' },
  enabled: true,
};

/** Id of the Schedule of everything that follows its connection; no configuration may have it. */
export const globalConfiguration = 'global';

const unitMs = { d: 86_400_000, h: 3_600_000, m: 60_000 } as const;
const longestIntervalMs = 366 * unitMs.d;

/**
 * Length of an interval in milliseconds; a day has 24 hours.
 * @throws {RangeError} for what {@link intervalFault} refuses
 */
export function intervalMs(every: string): number {
  const fault = intervalFault(every);
  if (fault !== null) throw new RangeError(fault);
  return lengthOf(every);
}

const lengthOf = (every: string): number =>
  Number(every.slice(0, -1)) * unitMs[every.slice(-1) as keyof typeof unitMs];

/** What is wrong with an interval; null: nothing. */
export function intervalFault(every: string): string | null {
  if (/^0+[dhm]$/.test(every))
    return `"${every}" is no time at all: the shortest interval is 1m. To start sessions by hand only, use MANUAL`;
  if (!intervalPattern.test(every))
    return 'must be a whole number above 0 with d, h or m behind it, such as 15m, 6h or 1d';
  return lengthOf(every) > longestIntervalMs ? `"${every}" is longer than 366d` : null;
}

/** What a field of a cron expression may hold; `names` stand for `from`, `from` + 1 and so on. */
interface CronField {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly names?: readonly string[];
}

const cronFields: readonly CronField[] = [
  { name: 'minute', from: 0, to: 59 },
  { name: 'hour', from: 0, to: 23 },
  { name: 'day of month', from: 1, to: 31 },
  {
    ...{ name: 'month', from: 1, to: 12 },
    names: ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'],
  },
  { name: 'day of week', from: 0, to: 6, names: ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'] },
];

const longestMonth = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/**
 * What is wrong with a cron expression; null: nothing. Five fields of numbers (or names of months and weekdays),
 * `*`, ranges, lists and steps: what cron and Temporal's calendars mean in the same way.
 */
export function cronFault(cron: string): string | null {
  if (cron.includes('@'))
    return 'names such as @daily are not taken: write the five fields, such as 0 6 * * *';
  const parts = cron.trim().split(/\s+/);
  if (parts.length === 6) return 'has six fields: leave out the one of the seconds';
  if (parts.length !== 5)
    return 'must have five fields: minute, hour, day of month, month, day of week, such as 0 6 * * 1-5';
  for (const [index, field] of cronFields.entries()) {
    const fault = fieldFault(parts[index] ?? '', field);
    if (fault !== null) return fault;
  }
  const [, , days = '*', months = '*', weekdays = '*'] = parts;
  if (days !== '*' && weekdays !== '*')
    return 'restricts day of month and day of week: cron would run on either, the engine only where both fit. Use one of them and leave the other *';
  return neverComes(days, months) ? 'never runs: no month it names has such a day' : null;
}

function fieldFault(text: string, field: CronField): string | null {
  const isKnown = (value: number): boolean => value >= field.from && value <= field.to;
  for (const item of text.split(',')) {
    const [range = '', step, ...more] = item.split('/');
    const [first = '', last, ...rest] = range.split('-');
    const begin = numberOf(first, field);
    const end = last === undefined ? begin : numberOf(last, field);
    const isRange = range === '*' || last !== undefined;
    const known = range === '*' || (rest.length === 0 && isKnown(begin) && isKnown(end));
    if (!known)
      return `${field.name}: "${item}" is not known; it goes from ${field.from} to ${field.to}${field.to === 6 ? ' (0 is Sunday)' : ''}`;
    if (range !== '*' && begin > end) return `${field.name}: "${item}" goes backwards`;
    if (step === undefined) continue;
    if (more.length > 0 || !/^[1-9][0-9]?$/.test(step))
      return `${field.name}: the step of "${item}" must be a whole number above 0`;
    if (!isRange) return `${field.name}: write "${first}-${field.to}/${step}" for "${item}"`;
  }
  return null;
}

/** NaN for what is neither a number nor a name of the field. */
function numberOf(value: string, { names, from }: CronField): number {
  const place = names?.indexOf(value.toUpperCase()) ?? -1;
  if (place >= 0) return from + place;
  return /^[0-9]{1,2}$/.test(value) ? Number(value) : Number.NaN;
}

/** Such as the 30th of February. Only lists of plain days are looked at: all others have an early day. */
function neverComes(days: string, months: string): boolean {
  if (days === '*' || months === '*' || !/^[0-9,]+$/.test(days)) return false;
  const field = cronFields[3] as CronField;
  if (months.includes('/') || months.includes('-')) return false;
  const earliest = Math.min(...days.split(',').map(Number));
  return months.split(',').every((month) => earliest > (longestMonth[numberOf(month, field) - 1] ?? 31));
}

/** What is wrong with a recurrence; null: nothing. */
export const recurrenceFault = (recurrence: Recurrence): string | null =>
  recurrence.kind === 'INTERVAL' ? intervalFault(recurrence.every) : cronFault(recurrence.cron);
