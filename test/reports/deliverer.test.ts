import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createDeliverer, type DelivererOf } from '../../activities/reports/deliverer.ts';
import type { Delivery, DeliveryRow, RowOutcome } from '../../destinations/contract.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { DestinationTarget } from '../../domain/report-target.ts';
import type { ReportDoc } from '../../stores/model.ts';
import { openTestStores } from '../stores/support.ts';

type Rows = Readonly<Record<string, JsonObject>>;

const target: DestinationTarget = {
  kind: 'destination',
  ...{ destinationId: 'base', object: 'Sales', keyField: 'Report Row' },
  columns: [{ name: 'amount', type: 'text', field: 'amount' }],
};
const life = {
  ...{ signal: new AbortController().signal, waitedMs: 0 },
  ...{ progressed: () => undefined, waited: () => undefined, stopIfAsked: async () => undefined },
};
/** What a destination takes no row of. */
const bad = 'bad';
const before: Rows = { a: { amount: '1' }, b: { amount: '2' }, c: { amount: '3' }, d: { amount: bad } };
const after: Rows = { a: { amount: '9' }, c: { amount: '3' }, d: { amount: '4' }, e: { amount: bad } };

class Died extends Error {}

/** Everything that is written passes here; after the write of that number the process is dead. */
function mortal(dies: number) {
  let writes = 0;
  return {
    writes: () => writes,
    async written<T>(write: () => Promise<T>): Promise<T> {
      if (writes >= dies) throw new Died();
      const result = await write();
      writes += 1;
      if (writes >= dies) throw new Died();
      return result;
    },
  };
}

/** A table that takes each row by its key. @param late It says only in the end what became of the rows. */
function tableOf(late: boolean) {
  const there = new Map<string, JsonObject>();
  const take = ({ key, action, fields }: DeliveryRow): RowOutcome => {
    if (fields.amount === bad)
      return { key, outcome: 'rejected', code: 'BAD', message: 'It is bad.', requestId: null };
    if (action === 'delete') there.delete(key);
    else there.set(key, fields);
    return { key, outcome: 'delivered', requestId: null };
  };
  return {
    amounts: () => Object.fromEntries([...there].map(([key, { amount }]) => [key.split('/').at(-1), amount])),
    open({ written }: ReturnType<typeof mortal>): Delivery {
      const owed: RowOutcome[] = [];
      return {
        write: (rows) =>
          written(async () => {
            owed.push(...rows.map(take));
            return late ? [] : owed.splice(0);
          }),
        finish: async () => owed.splice(0),
        close: async () => undefined,
      };
    },
  };
}

test('whatever write a delivery dies after, the next attempt loses no row, doubles none, and counts as one', async () => {
  const stores = await openTestStores();
  let made = 0;
  for (const late of [false, true]) {
    /** Run 1 delivers `before`, run 2 `after`; the first attempt of both dies after so many writes. */
    const deliveries = async (dies: number) => {
      const type = `sales-${++made}`;
      const rows = stores.reportRows.of(type);
      const kept = stores.reportDeliveries.of(type);
      const table = tableOf(late);
      let most = 0;
      const told: unknown[] = [];
      for (const [runs, data] of [
        [1, before],
        [2, after],
      ] as const) {
        const stage = `2026-03-01/${runs}.1`;
        await rows.putMany(
          Object.entries(data).map(([key, one]) => ({ _id: `${stage}/${key}`, key, data: one })),
        );
        const attempt = async (owner: ReturnType<typeof mortal>) => {
          const { written } = owner;
          const of: DelivererOf = {
            report: {
              _id: `${type}/2026-03-01`,
              type,
              slot: '2026-03-01',
              date: '2026-03-01',
              runs,
            } as ReportDoc,
            ...{ target, stage, life, rows, delivery: table.open(owner) },
            limits: { rowsPerWrite: 2, rowBytes: null, deletes: true },
            kept: {
              ...kept,
              putMany: (docs) => written(() => kept.putMany(docs)),
              remove: (ids) => written(() => kept.remove(ids)),
            },
            mayWrite: async () => undefined,
          };
          const deliverer = createDeliverer(of);
          await deliverer.run();
          return deliverer.result().counts;
        };
        const first = mortal(dies);
        try {
          told.push(await attempt(first));
        } catch (error) {
          if (!(error instanceof Died)) throw error;
          told.push(await attempt(mortal(Number.POSITIVE_INFINITY)));
        }
        most = Math.max(most, first.writes());
      }
      return { told, there: table.amounts(), most };
    };
    const whole = await deliveries(Number.POSITIVE_INFINITY);
    assert.deepEqual(whole.there, { a: '9', c: '3', d: '4' });
    assert.ok(whole.most > 5, `${whole.most} writes`);
    for (let dies = 1; dies <= whole.most; dies++) {
      const { told, there } = await deliveries(dies);
      assert.deepEqual(there, whole.there, `after write ${dies}`);
      assert.deepEqual(told, whole.told, `after write ${dies}`);
    }
  }
});
