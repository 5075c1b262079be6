import { createHash } from 'node:crypto';
import { fieldAt } from '../../connectors/pointer.ts';
import type { JsonObject } from '../../domain/json.ts';

/** Longer keys are replaced by their SHA-256. */
const maxKeyBytes = 512;

/**
 * The key of a row (design section 7): one field's value as text, so that 1 and "1" are one key; of several
 * fields the JSON array of these texts. Null when a part is null, missing, empty or no plain value, or a number of more
 * digits than JavaScript reads exactly: two objects could become one.
 */
export function keyOf(row: JsonObject, fields: readonly string[]): string | null {
  const parts: string[] = [];
  for (const field of fields) {
    const value = fieldAt(row, field);
    if (value === null || value === undefined || value === '' || typeof value === 'object') return null;
    if (typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value)) return null;
    parts.push(String(value));
  }
  const key = parts.length === 1 ? (parts[0] ?? '') : JSON.stringify(parts);
  return Buffer.byteLength(key) <= maxKeyBytes ? key : createHash('sha256').update(key).digest('hex');
}
