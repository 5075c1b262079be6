import type { FieldType } from '../../../domain/delivery.ts';
import type { JsonValue } from '../../../domain/json.ts';

/** A value of the wanted type, or why it cannot be one. */
export type Fit = { readonly value: JsonValue } | { readonly why: string };

const fits = (value: JsonValue): Fit => ({ value });
const shown = (value: JsonValue): string => JSON.stringify(value).slice(0, 60);
const no = (value: JsonValue, what: string): Fit => ({ why: `${shown(value)} is no ${what}` });

const datePattern = /^(\d{4})-(\d{2})-(\d{2})$/;
const timePattern = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?$/;
const numberPattern = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

/** Null stays null whatever the type: a field without a value. Texts that say a value of the type are taken as it. */
export function fit(value: JsonValue, type: FieldType): Fit {
  if (value === null || type === 'json') return fits(value);
  if (typeof value === 'object') return no(value, `${type}; map it as json`);
  return by[type](value);
}

type Plain = string | number | boolean;

const by: Readonly<Record<Exclude<FieldType, 'json'>, (value: Plain) => Fit>> = {
  text: (value) => fits(String(value)),
  number: (value) => asNumber(value, 'number'),
  integer: (value) => {
    const found = asNumber(value, 'whole number');
    return 'value' in found && !Number.isSafeInteger(found.value) ? no(value, 'whole number') : found;
  },
  boolean: (value) => {
    if (typeof value === 'boolean') return fits(value);
    if (value === 'true' || value === 1) return fits(true);
    return value === 'false' || value === 0 ? fits(false) : no(value, 'boolean');
  },
  date: (value) => {
    if (typeof value !== 'string') return no(value, 'date (2026-01-31)');
    if (datePattern.test(value)) return isDay(value) ? fits(value) : no(value, 'date (2026-01-31)');
    const time = asTime(value);
    return time === null ? no(value, 'date (2026-01-31)') : fits(time.slice(0, 10));
  },
  datetime: (value) => {
    const time = typeof value === 'string' ? asTime(value) : null;
    return time === null ? no(value, 'time (2026-01-31T08:00:00Z)') : fits(time);
  },
};

function asNumber(value: Plain, what: string): Fit {
  if (typeof value === 'number') return Number.isFinite(value) ? fits(value) : no(value, what);
  if (typeof value !== 'string' || !numberPattern.test(value.trim())) return no(value, what);
  const found = Number(value.trim());
  return Number.isFinite(found) ? fits(found) : no(value, what);
}

const isDay = (text: string): boolean => {
  const at = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().slice(0, 10) === text;
};

/** ISO 8601 in UTC; a day is its first moment, a time without zone is taken as UTC. */
function asTime(text: string): string | null {
  if (datePattern.test(text)) return isDay(text) ? `${text}T00:00:00.000Z` : null;
  if (!timePattern.test(text) || !isDay(text.slice(0, 10))) return null;
  const zoned = /(Z|[+-]\d{2}:?\d{2})$/.test(text) ? text : `${text}Z`;
  const at = new Date(zoned.replace(' ', 'T'));
  return Number.isNaN(at.getTime()) ? null : at.toISOString();
}
