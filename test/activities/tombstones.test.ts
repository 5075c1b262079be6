import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { compileShape } from '../../activities/structuring/shape.ts';
import { type BatchPorts, structureBatch } from '../../activities/structuring/structure-batch.ts';
import { takeBack } from '../../activities/structuring/take-back.ts';
import { compareCursors } from '../../domain/cursor.ts';
import type { JsonObject } from '../../domain/json.ts';
import { addLedgers, emptyLedger, imbalance, type Ledger } from '../../domain/ledger.ts';
import type { BatchDoc } from '../../stores/model.ts';
import { openStores, type Stores } from '../../stores/open.ts';
import { pagedDefinition } from '../support/paged-app.ts';

interface Row extends JsonObject {
  readonly id: string;
  readonly updated_at: string;
  readonly amount: number;
  readonly deleted?: boolean;
}

const time = (second: number) => new Date(Date.UTC(2024, 0, 1, 0, 0, second)).toISOString();
/** Few keys and few times, so that versions and tombstones meet. */
const row: fc.Arbitrary<Row> = fc
  .record({
    key: fc.integer({ min: 1, max: 4 }),
    second: fc.integer({ min: 0, max: 4 }),
    amount: fc.nat({ max: 2 }),
    deleted: fc.boolean(),
  })
  .map(({ key, second, amount, deleted }) => ({
    id: `k${key}`,
    updated_at: time(second),
    amount,
    ...(deleted ? { deleted } : {}),
  }));
/** A batch, and the writes after which its merge is cut off, one after the other; then it is merged to its end. */
const cutBatch = fc.record({
  rows: fc.array(row, { maxLength: 6 }),
  cuts: fc.array(fc.nat({ max: 4 }), { maxLength: 2 }),
  again: fc.boolean(),
});
const pass = fc.array(cutBatch, { minLength: 1, maxLength: 4 });
type Pass = readonly {
  readonly rows: readonly Row[];
  readonly cuts: readonly number[];
  readonly again: boolean;
}[];

class Cut extends Error {}

describe('tombstones', () => {
  let stores: Stores;
  let connections = 0;
  const [orders] = pagedDefinition().resources;
  assert.ok(orders);
  const shape = compileShape({ ...orders, deletes: { kind: 'tombstone', field: 'deleted' } });

  before(async () => {
    assert.ok(process.env.TEST_MONGODB_URI, 'Run this by "npm test": it starts the store.');
    const database = `t${randomBytes(5).toString('hex')}`;
    stores = await openStores({ uri: process.env.TEST_MONGODB_URI, database });
  });
  after(async () => {
    await stores.db.dropDatabase();
    await stores.close();
  });

  const portsOf = (connection: string) => ({
    records: stores.records.of(connection, 1, 'orders'),
    quarantine: stores.quarantine.of(connection, 1, 'orders'),
    tombstones: stores.tombstones.of(connection, 1, 'orders'),
    shape,
  });

  /** The same ports, cut off after so many writes, as a killed process would be. */
  function cutAfter(ports: ReturnType<typeof portsOf>, writes: number): BatchPorts {
    let left = writes;
    const cutting =
      <A extends readonly unknown[]>(write: (...args: A) => Promise<void>) =>
      async (...args: A): Promise<void> => {
        if (left === 0) throw new Cut();
        left -= 1;
        await write(...args);
      };
    const { records, tombstones } = ports;
    return {
      ...ports,
      records: { ...records, putMany: cutting(records.putMany), remove: cutting(records.remove) },
      tombstones: { ...tombstones, putMany: cutting(tombstones.putMany) },
    };
  }

  async function merge(connection: string, number: number, batches: Pass): Promise<Ledger> {
    const ports = portsOf(connection);
    const recordsBefore = await ports.records.count();
    const sessionId = `${connection}.${number}`;
    let ledger = emptyLedger;
    for (const [n, { rows, cuts, again }] of batches.entries()) {
      const batch = { _id: `${sessionId}/orders/${n}`, rows } as unknown as BatchDoc;
      for (const writes of cuts)
        await structureBatch(cutAfter(ports, writes), sessionId, n, batch).catch((error: unknown) => {
          assert.ok(error instanceof Cut, String(error));
        });
      const counted = await structureBatch(ports, sessionId, n, batch);
      if (again) assert.deepEqual(await structureBatch(ports, sessionId, n, batch), counted);
      ledger = addLedgers(ledger, counted.ledger);
    }
    return { ...ledger, recordsBefore, recordsAfter: await ports.records.count() };
  }

  /** Of each key the greatest cursor value, of equal ones the later place; nothing where that is a tombstone. */
  function expected(passes: readonly Pass[]): Map<string, number> {
    const best = new Map<string, Row>();
    for (const one of passes.flat().flatMap(({ rows }) => rows)) {
      const earlier = best.get(one.id);
      if (earlier === undefined || compareCursors(one.updated_at, earlier.updated_at) >= 0)
        best.set(one.id, one);
    }
    const left = [...best.values()].filter(({ deleted }) => deleted !== true);
    return new Map(left.map(({ id, amount }) => [id, amount]));
  }

  async function found(connection: string): Promise<Map<string, unknown>> {
    const all = new Map<string, unknown>();
    for await (const { _id, data } of portsOf(connection).records.stream()) all.set(_id, data.amount);
    return all;
  }

  const sorted = (map: ReadonlyMap<string, unknown>) => [...map].sort(([a], [b]) => (a < b ? -1 : 1));

  it('balance in every session and leave the right records, wherever a merge is cut off and repeated', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(pass, { minLength: 1, maxLength: 3 }), async (passes) => {
        connections += 1;
        const connection = `c${connections}`;
        for (const [index, batches] of passes.entries())
          assert.equal(imbalance(await merge(connection, index + 1, batches)), null);
        assert.deepEqual(sorted(await found(connection)), sorted(expected(passes)));
      }),
      { numRuns: 60 },
    );
  });

  it('are taken back with everything else when a session begins anew, also from a batch that was cut off', async () => {
    await fc.assert(
      fc.asyncProperty(pass, pass, fc.nat({ max: 4 }), async (earlier, failed, cut) => {
        connections += 1;
        const connection = `c${connections}`;
        await merge(connection, 1, earlier);
        const before = await found(connection);
        const ports = portsOf(connection);
        const sessionId = `${connection}.2`;
        await merge(connection, 2, failed.slice(0, -1));
        const last = failed.at(-1);
        const batch = { _id: `${sessionId}/orders/${failed.length - 1}`, rows: last?.rows ?? [] };
        await structureBatch(
          cutAfter(ports, cut),
          sessionId,
          failed.length - 1,
          batch as unknown as BatchDoc,
        ).catch((error: unknown) => assert.ok(error instanceof Cut, String(error)));
        const input = { sessionId, connectionId: connection, generation: 1, resource: 'orders' };
        await takeBack({ stores } as never, input, failed.length, ports);
        assert.deepEqual(
          sorted(await found(connection)).map(([key]) => key),
          sorted(before).map(([key]) => key),
          'the same objects are there as before',
        );
        assert.equal(imbalance(await merge(connection, 2, failed)), null);
        assert.deepEqual(sorted(await found(connection)), sorted(expected([earlier, failed])));
      }),
      { numRuns: 60 },
    );
  });
});
