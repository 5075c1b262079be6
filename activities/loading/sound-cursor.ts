import type { ResourceDefinition } from '../../connectors/definition.ts';
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
 */
export function soundCursor({ schema, cursor }: ResourceDefinition): CursorReader {
  if (cursor === undefined) return () => null;
  const fits = fieldCheck(schema as JsonObject, cursor);
  return (row) => {
    const value = cursorOf(row, cursor);
    return value === null || !fits(row) ? null : value;
  };
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
