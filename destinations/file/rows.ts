import { type Options, stringify } from 'csv-stringify/sync';
import type { JsonObject, JsonValue } from '../../domain/json.ts';
import type { DeliveryRow, DeliveryTarget } from '../contract.ts';
import type { FileConfiguration } from './settings.ts';

/** The field that says what is to be done with a row. */
export const actionField = '_action';

/** Rows as the text of a file. `head` stands once, at the beginning. */
export interface RowFormat {
  readonly head: string;
  readonly text: (rows: readonly DeliveryRow[]) => string;
}

export function rowFormat({ format, escapeFormulas }: FileConfiguration, target: DeliveryTarget): RowFormat {
  if (format === 'jsonl') return { head: '', text: (rows) => rows.map(asLine).join('') };
  const names = target.fields.map(({ name }) => name);
  // An empty text is written as "", null as nothing.
  const emptyText = (value: string) => (value === '' ? { value, quoted_empty: true } : value);
  const options: Options = { escape_formulas: escapeFormulas, cast: { string: emptyText } };
  return {
    head: stringify([[actionField, ...names]], options),
    text: (rows) =>
      stringify(
        rows.map(({ action, fields }) => [action, ...names.map((name) => asCell(fields, name))]),
        options,
      ),
  };
}

const asLine = ({ action, fields }: DeliveryRow): string =>
  `${JSON.stringify({ [actionField]: action, ...fields })}\n`;

function asCell(fields: JsonObject, name: string): string | number | null {
  const value: JsonValue = (Object.hasOwn(fields, name) ? fields[name] : null) ?? null;
  // A number keeps its minus; as a text it would look like a formula.
  if (typeof value === 'string' || typeof value === 'number' || value === null) return value;
  return JSON.stringify(value);
}
