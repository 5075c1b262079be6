import type { JsonObject } from '../../domain/json.ts';
import { pagedRows } from '../support/paged-app.ts';

/** Rows with everything that is counted: keys that come again (older and newer), and rows that do not fit. */
export function mixedRows(count: number): JsonObject[] {
  const rows = pagedRows(count);
  const again = rows.filter((_, index) => index % 90 === 0).map((row, index) => ({ ...row, amount: index }));
  const older = rows
    .filter((_, index) => index % 110 === 0)
    .map((row) => ({ ...row, amount: -1, updated_at: '2020-01-01T00:00:00Z' }));
  const unfit = pagedRows(5, count + 1).map(({ id }) => ({ id: id ?? '' }));
  return [...rows, ...again, ...older, ...unfit];
}

/** The same rows a day later: every fifth changed, some new, the rest as they were. */
export function laterRows(rows: readonly JsonObject[]): JsonObject[] {
  const changed = rows.map((row, index) =>
    index % 5 === 0 && row.updated_at !== undefined
      ? {
          ...row,
          amount: Number(row.amount) + 0.5,
          updated_at: String(row.updated_at).replace('2024', '2025'),
        }
      : row,
  );
  return [...changed, ...pagedRows(150, 50_000)];
}

/** Random numbers from 0 to 1 that a seed repeats (mulberry32). */
export function seeded(seed: number): () => number {
  let state = Math.imul(seed + 1, 0x9e3779b1);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
