import type { JsonObject } from '../domain/json.ts';
import { pagedRows } from '../test/support/paged-app.ts';

const noteLength = 100;

/** Rows of about 212 bytes as JSON: the size by which facts about other tools were measured. */
export function benchRows(count: number): JsonObject[] {
  return pagedRows(count).map((row, index) => ({ ...row, note: String(index).padEnd(noteLength, '.') }));
}

/** As equal a number of rows for each resource as can be. */
export function rowsByResource(resources: readonly string[], count: number): Record<string, JsonObject[]> {
  const each = benchRows(Math.ceil(count / resources.length));
  return Object.fromEntries(resources.map((resource) => [resource, each]));
}
