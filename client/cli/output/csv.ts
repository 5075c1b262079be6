import type { JsonValue } from '../../../domain/json.ts';

/** One cell after RFC 4180; what is no text or number is written as JSON. */
function cell(value: JsonValue | undefined): string {
  if (value === null || value === undefined) return '';
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** One line of CSV, without the line end. */
export const csvLine = (values: readonly (JsonValue | undefined)[]): string => values.map(cell).join(',');
