import { hash } from 'node:crypto';
import type { JsonObject, JsonValue } from '../../domain/json.ts';

/** JSON with the names of objects in order: equal values give equal texts. */
export function canonical(value: JsonValue): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  const object = value as JsonObject;
  const names = Object.keys(object).sort();
  return `{${names.map((name) => `${JSON.stringify(name)}:${canonical(object[name] ?? null)}`).join(',')}}`;
}

/** SHA-256 of the canonical form, base64. */
export const fingerprintOf = (data: JsonObject): string => textFingerprint(canonical(data));

/** SHA-256 of a text, base64: for JSON whose names always come in the same order. */
export const textFingerprint = (text: string): string => hash('sha256', text, 'base64');
