import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { compileShape } from '../../activities/structuring/shape.ts';
import { structureBatch } from '../../activities/structuring/structure-batch.ts';
import { compareCursors } from '../../domain/cursor.ts';
import type { JsonObject } from '../../domain/json.ts';
import { addLedgers, emptyLedger, imbalance, type Ledger } from '../../domain/ledger.ts';
import type { BatchDoc } from '../../stores/model.ts';
import { openStores, type Stores } from '../../stores/open.ts';
import { pagedDefinition } from '../support/paged-app.ts';

interface Row extends JsonObject {
  readonly id: string;
  readonly updated_at: string;
  readonly amount: number | string;
}

const time = (second: number) => new Date(Date.UTC(2024, 0, 1, 0, 0, second)).toISOString();
/** Few keys and few times, so that versions meet; now and then a row that does not fit. */
const row: fc.Arbitrary<Row> = fc.record(
  {
    id: fc.integer({ min: 1, max: 6 }).map((n) => `k${n}`),
    updated_at: fc.integer({ min: 0, max: 4 }).map(time),
    amount: fc.oneof(
      { weight: 9, arbitrary: fc.integer({ min: 0, max: 3 }) },
      { weight: 1, arbitrary: fc.constant('x') },
    ),
  },
  { noNullPrototype: true },
);
/** One session: its batches, and how often each is merged (a crash repeats a batch). */
const pass = fc.array(
  fc.record({ rows: fc.array(row, { maxLength: 8 }), merges: fc.integer({ min: 1, max: 3 }) }),
  {
    minLength: 1,
    maxLength: 4,
  },
);

describe('merging batches into records', () => {
  let stores: Stores;
  let databases = 0;
  const [orders] = pagedDefinition().resources;
  assert.ok(orders);
  const shape = compileShape(orders);

  before(async () => {
    assert.ok(process.env.TEST_MONGODB_URI, 'Run this by "npm test": it starts the store.');
    stores = await openStores({
      uri: process.env.TEST_MONGODB_URI,
      database: `s${randomBytes(5).toString('hex')}`,
    });
  });
  after(async () => {
    await stores.db.dropDatabase();
    await stores.close();
  });

  type Pass = readonly { readonly rows: readonly Row[]; readonly merges: number }[];

  /** Merges one session's batches; gives the sum of what each batch counted the last time. */
  async function merge(connection: string, number: number, batches: Pass): Promise<Ledger> {
    const records = stores.records.of(connection, 1, 'orders');
    const quarantine = stores.quarantine.of(connection, 1, 'orders');
    const recordsBefore = await records.count();
    let ledger = emptyLedger;
    for (const [n, { rows, merges }] of batches.entries()) {
      const sessionId = `${connection}.${number}`;
      const batch = { _id: `${sessionId}/orders/${n}`, rows } as unknown as BatchDoc;
      const counted: Ledger[] = [];
      for (let again = 0; again < merges; again++)
        counted.push((await structureBatch({ records, quarantine, shape }, sessionId, n, batch)).ledger);
      const last = counted.at(-1) ?? emptyLedger;
      assert.deepEqual(
        counted,
        counted.map(() => last),
        'a repeated merge counts as it was counted first',
      );
      ledger = addLedgers(ledger, last);
    }
    return { ...ledger, recordsBefore, recordsAfter: await records.count() };
  }

  /** What the records must be: of each key the greatest cursor value, of equal ones the later place. */
  function expected(passes: readonly Pass[]): Map<string, Row> {
    const best = new Map<string, Row>();
    for (const one of passes.flat().flatMap(({ rows }) => rows)) {
      const before = best.get(one.id);
      if (typeof one.amount === 'string') continue;
      if (before === undefined || compareCursors(one.updated_at, before.updated_at) >= 0)
        best.set(one.id, one);
    }
    return best;
  }

  it('balances the ledger of every session and keeps the right version, however often a batch is repeated', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(pass, { minLength: 1, maxLength: 3 }), async (passes) => {
        databases += 1;
        const connection = `c${databases}`;
        for (const [index, batches] of passes.entries()) {
          const ledger = await merge(connection, index + 1, batches);
          assert.equal(imbalance(ledger), null);
        }
        const found = new Map<string, unknown>();
        for await (const record of stores.records.of(connection, 1, 'orders').stream())
          found.set(record._id, record.data);
        assert.deepEqual(found, new Map([...expected(passes)].sort(([a], [b]) => (a < b ? -1 : 1))));
      }),
      { numRuns: 40 },
    );
  });
});
