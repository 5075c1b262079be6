import { createHash } from 'node:crypto';
import { fieldAt } from '../../connectors/pointer.ts';
import { isUnreadable } from '../../connectors/unreadable.ts';
import type { JsonObject, JsonValue } from '../../domain/json.ts';

/** Bytes of a too large row that are kept. */
const keptBytes = 64 * 1024;
const marker = '$tooLarge';

/** A row that is too large to be kept whole: its SHA-256, its size and its beginning. */
export interface TooLargeRow extends JsonObject {
  readonly $tooLarge: true;
  readonly sha256: string;
  readonly bytes: number;
  readonly head: string;
}

/** A row as the JSON text that is stored, and its size in bytes. */
export function storable(
  row: JsonValue,
  maxBytes: number,
): { readonly text: string; readonly bytes: number } {
  const text = JSON.stringify(row);
  // A character is at most three bytes of UTF-8 for each unit of the text: most rows need no second look.
  const bytes = text.length * 3 <= maxBytes ? text.length : Buffer.byteLength(text);
  if (bytes <= maxBytes) return { text, bytes };
  const head = Buffer.from(text).subarray(0, keptBytes).toString();
  const sha256 = createHash('sha256').update(text).digest('hex');
  return { text: JSON.stringify({ [marker]: true, sha256, bytes, head }), bytes: head.length };
}

/** Whether a row stands for one that was not kept, or could not be read: its fields say nothing. */
export const isStandIn = (row: JsonValue): boolean => isUnreadable(row) || isTooLarge(row as JsonObject);

export const isTooLarge = (row: JsonObject): row is TooLargeRow =>
  typeof row === 'object' && row !== null && row[marker] === true && typeof row.sha256 === 'string';

/** The cursor value of a row as text; null when it has none. */
export function cursorOf(row: JsonValue, field: string | undefined): string | null {
  if (field === undefined) return null;
  const value = fieldAt(row, field);
  return typeof value === 'string' || typeof value === 'number' ? String(value) : null;
}
