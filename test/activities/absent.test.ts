import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { type AbsentInput, removeAbsent } from '../../activities/structuring/absent.ts';
import { changeId } from '../../stores/feed.ts';
import { everything } from '../../stores/loading.ts';
import type { CheckpointDoc, ReadPlan, RecordDoc } from '../../stores/model.ts';
import { openStores, type Stores } from '../../stores/open.ts';
import { createRecordsOfApp } from '../../stores/own-records.ts';
import { pagedDefinition, pagedRows } from '../support/paged-app.ts';

class Cut extends Error {}

describe('records that a full refresh no longer has', () => {
  let stores: Stores;
  let made = 0;
  const [orders] = pagedDefinition().resources;
  assert.ok(orders);

  before(async () => {
    assert.ok(process.env.TEST_MONGODB_URI, 'Run this by "npm test": it starts the store.');
    const database = `a${randomBytes(5).toString('hex')}`;
    stores = await openStores({ uri: process.env.TEST_MONGODB_URI, database });
  });
  after(async () => {
    await stores.db.dropDatabase();
    await stores.close();
  });

  const recordOf = (number: number): RecordDoc => {
    const [data = {}] = pagedRows(1, number);
    return {
      _id: `r${number}`,
      data,
      fingerprint: 'f',
      cursor: String(data.updated_at),
      createdIn: 'before.1',
      changedIn: 'before.1',
      countedAt: [0, 0],
      source: ['before.1/orders/0', 0],
      versions: [],
      updatedAt: new Date(),
    };
  };

  /** Records r1 ... of which the session read only those that are kept. */
  async function scene(
    records: number,
    kept: readonly number[],
    read: ReadPlan = everything,
    more: Partial<AbsentInput> = {},
  ) {
    made += 1;
    const connectionId = `c${made}`;
    const sessionId = `${connectionId}.2`;
    const input = { sessionId, connectionId, generation: 1, resource: 'orders' };
    const ofRecords = stores.records.of(connectionId, 1, 'orders');
    await ofRecords.putMany(Array.from({ length: records }, (_, index) => recordOf(index + 1)));
    await stores.loading.begin({ sessionId, resource: 'orders', read, at: new Date() });
    await stores.loading.appendBatch({
      ...{ sessionId, resource: 'orders', number: 0, attempt: 1, bytes: 1, next: null, last: true },
      ...{ cursor: null, total: null, rows: kept.flatMap((number) => pagedRows(1, number)) },
    });
    const checkpoint: CheckpointDoc = await stores.loading.advance(sessionId, 'orders', {
      ...{ batches: 1, rows: kept.length, bytes: 1, next: null, cursor: null, total: null, done: true },
      at: new Date(),
    });
    const of: AbsentInput = {
      ports: { stores },
      input,
      life: { stopIfAsked: async () => undefined },
      resource: orders as AbsentInput['resource'],
      checkpoint,
      records: createRecordsOfApp(ofRecords, stores.merges.of(connectionId, 1, 'orders').members),
      tombstones: stores.tombstones.of(connectionId, 1, 'orders'),
      read: kept.length,
      recordsBefore: records,
      allowRemovals: false,
      ...more,
    };
    return of;
  }

  const keysOf = async ({ records }: AbsentInput): Promise<string[]> => {
    const keys: string[] = [];
    for await (const { _id } of records.stream({ _id: 1 })) keys.push(_id);
    return keys.sort();
  };

  it('are removed once and counted, wherever the removal is cut off', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.integer({ min: 1, max: 30 }), { minLength: 16, maxLength: 30 }),
        fc.nat({ max: 3 }),
        async (kept, writes) => {
          const of = await scene(30, kept);
          let left = writes;
          const cut = async (): Promise<void> => {
            if (left === 0) throw new Cut();
            left -= 1;
          };
          const cutting: AbsentInput = {
            ...of,
            records: { ...of.records, remove: (keys) => cut().then(() => of.records.remove(keys)) },
            tombstones: {
              ...of.tombstones,
              putMany: (docs) => cut().then(() => of.tombstones.putMany(docs)),
            },
          };
          await removeAbsent(cutting).catch((error: unknown) =>
            assert.ok(error instanceof Cut, String(error)),
          );
          assert.equal(await removeAbsent(of), 30 - kept.length);
          assert.equal(await removeAbsent(of), 30 - kept.length, 'counted the same again');
          assert.deepEqual(await keysOf(of), kept.map((number) => `r${number}`).sort());
          const change = await stores.feed.change(changeId(of.input.sessionId, 'orders', 1));
          assert.equal(change?.deleted.length ?? 0, 30 - kept.length);
        },
      ),
      { numRuns: 15 },
    );
  });

  it('stay where more than half of ten or more would go, and where nothing was read, unless a person allows it', async () => {
    const many = await scene(20, [1, 2, 3]);
    await assert.rejects(removeAbsent(many), { code: 'REMOVAL_THRESHOLD' });
    assert.equal((await keysOf(many)).length, 20);
    const nothing = await scene(3, []);
    await assert.rejects(removeAbsent(nothing), { code: 'REMOVAL_THRESHOLD' });
    assert.equal(await removeAbsent(await scene(3, [1])), 2, 'of few records most may go');
    assert.equal(await removeAbsent({ ...many, allowRemovals: true }), 17);
  });

  it('stay where they are of before the start of the history that was read', async () => {
    const since = String(pagedRows(1, 6)[0]?.updated_at);
    const of = await scene(10, [7, 8, 9, 10], { ...everything, since, from: since });
    assert.equal(await removeAbsent(of), 1);
    assert.deepEqual(await of.records.getMany(['r6']), []);
    assert.equal((await of.records.getMany(['r5'])).length, 1);
  });

  it('stay when a row was too large for its key to be known', async () => {
    const of = await scene(3, [1]);
    await stores.loading.dropBatches(of.input.sessionId, 'orders');
    await stores.loading.appendBatch({
      ...{ ...of.input, number: 0, attempt: 1, bytes: 1, next: null, last: true, cursor: null, total: null },
      rows: [{ $tooLarge: true, sha256: 's', bytes: 9, head: '' }],
    });
    assert.equal(await removeAbsent(of), 0);
  });
});
