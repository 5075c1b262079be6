import type { JsonValue } from '../domain/json.ts';

/** The value at a JSON pointer (RFC 6901); undefined where there is none. "" is the whole document. */
export function valueAt(document: JsonValue, pointer: string): JsonValue | undefined {
  if (pointer === '') return document;
  let value: JsonValue | undefined = document;
  for (const raw of pointer.slice(1).split('/')) {
    const name = raw.replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    value = (value as Readonly<Record<string, JsonValue>>)[name];
  }
  return value;
}

/**
 * A field of a row: by its name, or by a JSON pointer for one further down (`/meta/updated_at`).
 * A row that is no object has no fields.
 */
export function fieldAt(row: JsonValue | undefined, field: string): JsonValue | undefined {
  if (row === undefined) return undefined;
  if (field.startsWith('/')) return valueAt(row, field);
  if (typeof row !== 'object' || row === null || Array.isArray(row) || !Object.hasOwn(row, field))
    return undefined;
  return (row as Readonly<Record<string, JsonValue>>)[field];
}
