import type { ResourceDefinition } from '../../connectors/definition.ts';
import { timeOf } from '../../connectors/rest/since.ts';
import { laterCursor } from '../../domain/cursor.ts';
import type { JsonObject, JsonValue } from '../../domain/json.ts';
import { compileSchema } from '../schema.ts';
import { namesOf } from './paths.ts';
import { cursorOf } from './rows.ts';

/** Gives the cursor value of a row as text; null when it has none that may move the resource's cursor. */
export type CursorReader = (row: JsonValue) => string | null;

/**
 * Reads cursor values that fit the resource's schema. One that does not ("n/a" where a time belongs) could be
 * greater than every later one: committed, it would hide from the next sessions all that the app changes.
 * The rest of the row may be unfit: it is in quarantine and need not be read again.
 * A time after the begin of the read moves no cursor either: what changed on a page that was read already, a moment
 * before it, would never be read. The next session reads from before it, and finds most of that unchanged.
 * @param readSince When the read began.
 */
export function soundCursor(
  { schema, cursor, incremental }: Pick<ResourceDefinition, 'schema' | 'cursor' | 'incremental'>,
  readSince: Date,
): CursorReader {
  if (cursor === undefined) return () => null;
  const fits = fieldCheck(schema as JsonObject, cursor);
  const asTime = incremental !== undefined && incremental.format !== 'asIs';
  const usable = (value: string): boolean => {
    // A number may be a count of something else.
    const time = asTime || !number.test(value) ? timeOf(value) : undefined;
    return time === undefined ? !asTime : time <= readSince.getTime();
  };
  return (row) => {
    const value = cursorOf(row, cursor);
    return value === null || value === '' || !fits(row) || !usable(value) ? null : value;
  };
}

const number = /^-?\d+(\.\d+)?$/;

/**
 * Of two cursor values of one field the one that the next read begins at: the greater one. Of a time or a number and
 * something else ("n/a", "never") the former, whichever would sort later.
 */
export function safeCursor(a: string | null, b: string | null): string | null {
  if (a === null || b === null) return a ?? b;
  const [isA, isB] = [timeOf(a) !== undefined, timeOf(b) !== undefined];
  return isA === isB ? laterCursor(a, b) : isA ? a : b;
}

/** The schema of one field. A schema that cannot be used is structuring's to tell. */
function fieldCheck(schema: JsonObject, field: string): (row: JsonValue) => boolean {
  const { $defs = {}, definitions = {} } = schema;
  const names = namesOf(field);
  const known = names.reduce<JsonValue | undefined>(
    (at, name) => ((at as JsonObject | undefined)?.properties as JsonObject | undefined)?.[name],
    schema,
  );
  if (known === undefined) return () => true;
  const alone = names.reduceRight<JsonValue>((inner, name) => ({ properties: { [name]: inner } }), known);
  try {
    return compileSchema({ $defs, definitions, ...(alone as JsonObject) });
  } catch {
    return () => true;
  }
}
