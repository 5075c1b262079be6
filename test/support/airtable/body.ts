import type { Asked } from '../apps/http.ts';
import { refusals } from './errors.ts';
import { isObject, type Json } from './records.ts';

/** The JSON object of a request. @throws {Refusal} 422 */
export function bodyOf({ body, headers }: Asked): Json {
  if (!headers['content-type']?.startsWith('application/json')) throw refusals.unparsable();
  try {
    const parsed: unknown = JSON.parse(body);
    if (isObject(parsed)) return parsed;
  } catch {
    // Told below.
  }
  throw refusals.unparsable();
}
