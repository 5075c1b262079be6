import type { FieldType } from '../../domain/delivery.ts';
import type { JsonObject, JsonValue } from '../../domain/json.ts';
import type { TargetField } from '../contract.ts';

/** Fields of a row as Airtable takes them. A null empties a cell. */
export function cellsOf(fields: JsonObject, target: readonly TargetField[]): JsonObject {
  const types = new Map(target.map(({ name, type }) => [name, type]));
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, cellOf(value, types.get(name))]),
  );
}

/** What is not of its type goes as it is, for Airtable to say what is wrong with it. */
function cellOf(value: JsonValue, type: FieldType | undefined): JsonValue {
  if (value === null) return null;
  if (type === 'json') return JSON.stringify(value);
  if (typeof value !== 'string') return value;
  if (type === 'date' && /^\d{4}-\d{2}-\d{2}T/.test(value)) return value.slice(0, 10);
  return type === 'datetime' ? inUtc(value) : value;
}

const isoTime = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(Z|[+-]\d{2}:\d{2})?)?$/;

/** A time without a zone is taken as UTC, wherever this runs. */
function inUtc(value: string): string {
  const found = isoTime.exec(value);
  if (found === null) return value;
  const zoned = value.includes('T') && found[1] === undefined ? `${value}Z` : value;
  const time = Date.parse(zoned);
  return Number.isNaN(time) ? value : new Date(time).toISOString();
}
