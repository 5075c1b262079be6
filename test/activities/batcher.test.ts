import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  createBatcher,
  type FullBatch,
  type LoadPosition,
  type RowTreatment,
} from '../../activities/loading/batcher.ts';
import { defaultLimits } from '../../activities/ports.ts';
import type { SourcePage } from '../../connectors/source.ts';
import type { JsonValue } from '../../domain/json.ts';

const asTheyCame: RowTreatment = { cursorOf: () => null, isOutside: () => false, filter: (row) => row };
const rowsOf = ({ texts }: FullBatch) => texts.map((text) => JSON.parse(text) as JsonValue);

/** Pages of an app whose page token is the index of its first row. */
function pagesFrom(
  rows: readonly number[],
  pageSize: number,
  start: number,
): { page: SourcePage; token: number }[] {
  const pages: { page: SourcePage; token: number }[] = [];
  for (let offset = start; ; offset += pageSize) {
    const next = offset + pageSize < rows.length ? offset + pageSize : null;
    pages.push({ page: { rows: rows.slice(offset, offset + pageSize), next }, token: offset });
    if (next === null) return pages;
  }
}

function batchesFrom(
  rows: readonly number[],
  pageSize: number,
  batchRows: number,
  position: LoadPosition,
): FullBatch[] {
  const batcher = createBatcher({ ...defaultLimits, batchRows }, position, asTheyCame);
  const from = Number(position.from ?? 0);
  return pagesFrom(rows, pageSize, from).flatMap(({ page, token }) => [...batcher.add(page, token)]);
}

const sizes = fc.record({
  rows: fc.array(fc.nat(), { maxLength: 120 }),
  pageSize: fc.integer({ min: 1, max: 40 }),
  batchRows: fc.integer({ min: 1, max: 40 }),
});

describe('cutting pages into batches', () => {
  it('keeps every row once and in order, and only the last batch is the last', () => {
    fc.assert(
      fc.property(sizes, ({ rows, pageSize, batchRows }) => {
        const batches = batchesFrom(rows, pageSize, batchRows, { from: null, skip: 0 });
        assert.deepEqual(batches.flatMap(rowsOf), rows);
        assert.deepEqual(
          batches.map((batch) => batch.last),
          batches.map((_, n) => n === batches.length - 1),
        );
      }),
    );
  });

  it('goes on after any batch with the row that follows it', () => {
    fc.assert(
      fc.property(sizes, fc.nat(), ({ rows, pageSize, batchRows }, pick) => {
        const batches = batchesFrom(rows, pageSize, batchRows, { from: null, skip: 0 });
        const stoppedAt = pick % batches.length;
        const stored = batches.slice(0, stoppedAt + 1);
        const last = stored.at(-1);
        if (last === undefined || last.last) return;
        const rest = batchesFrom(rows, pageSize, batchRows, last.next);
        assert.deepEqual([...stored, ...rest].flatMap(rowsOf), rows);
      }),
    );
  });

  it('gives what is open at any border of a page, with its place', () => {
    fc.assert(
      fc.property(sizes, fc.nat(), ({ rows, pageSize, batchRows }, pick) => {
        const pages = pagesFrom(rows, pageSize, 0);
        const taken = pages.slice(0, pick % pages.length);
        const batcher = createBatcher({ ...defaultLimits, batchRows }, { from: null, skip: 0 }, asTheyCame);
        const batches = taken.flatMap(({ page, token }) => [...batcher.add(page, token)]);
        const rest = batcher.rest();
        const stored = rest === null ? batches : [...batches, rest];
        assert.deepEqual(stored.flatMap(rowsOf), rows.slice(0, taken.length * pageSize));
        const after = stored.at(-1)?.next ?? { from: null, skip: 0 };
        assert.deepEqual(after, { from: taken.at(-1)?.page.next ?? null, skip: 0 });
        assert.equal(batcher.rest(), null);
      }),
    );
  });

  it('gives nothing open while a batch before it may not be stored', () => {
    const batcher = createBatcher({ ...defaultLimits, batchRows: 2 }, { from: null, skip: 0 }, asTheyCame);
    batcher.add({ rows: [1, 2, 3], next: 1 }, null).next();
    assert.equal(batcher.rest(), null);
  });

  it('closes a batch by bytes and by age, and cuts a row that is too large to its beginning', () => {
    const limits = { ...defaultLimits, batchBytes: 20, rowBytes: 15, batchAgeMs: 1_000 };
    let now = 0;
    const batcher = createBatcher(limits, { from: null, skip: 0 }, asTheyCame, () => now);
    const byBytes = [...batcher.add({ rows: ['0123456789', '0123456789'], next: 1 }, null)];
    assert.deepEqual(
      byBytes.map((batch) => batch.texts.length),
      [1],
    );
    now = 2_000;
    const byAge = [...batcher.add({ rows: [], next: 2 }, 1)];
    assert.deepEqual(
      byAge.map((batch) => batch.texts.length),
      [1],
    );
    const [large] = [...batcher.add({ rows: ['x'.repeat(100)], next: null }, 2)];
    const [row] = large === undefined ? [] : rowsOf(large);
    assert.equal((row as { $tooLarge?: boolean }).$tooLarge, true);
    assert.equal((row as { bytes?: number }).bytes, 102);
  });
});
