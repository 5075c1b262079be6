import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { streamFacts } from '../../activities/processing/datapoints/facts.ts';
import { datapointsState } from '../../activities/processing/datapoints/state.ts';
import type { Datapoint } from '../../domain/datapoints.ts';
import type { JsonObject } from '../../domain/json.ts';
import { openTestStores } from '../stores/support.ts';
import { createScene, type Doing, metric } from './datapoints-scene.ts';

const stores = await openTestStores();

const metrics = [
  metric({ dimensions: ['region'], entities: ['customer'], currency: { field: 'money' } }),
  metric({ id: 'mean', measure: { kind: 'average', field: 'amount' }, grain: 'week' }),
  metric({ id: 'margin', measure: { kind: 'ratio', field: 'amount', per: 'price' }, grain: 'day' }),
  metric({ id: 'least', measure: { kind: 'minimum', field: 'amount' }, time: 'seen' }),
  metric({ id: 'most', measure: { kind: 'maximum', field: 'amount' }, dimensions: ['region', 'money'] }),
  metric({ id: 'buyers', measure: { kind: 'distinct', field: 'customer' }, dimensions: ['region'] }),
  metric({ id: 'rows', measure: { kind: 'count' }, time: 'seen', grain: 'week', currency: { code: 'EUR' } }),
];

// Quarters add up without an error, in any order.
const amount = fc.constantFrom(0, 0.25, -3.5, 1e6, '12.50', null, 'n/a', 1e308, 7);
const day = fc.constantFrom(
  '2024-01-01',
  '2024-01-31',
  '2024-02-01',
  '2024-02-04',
  '2024-02-05',
  '1969-12-31',
);
const seen = fc.constantFrom('2024-01-31T23:30:00-05:00', 1_706_745_600, 'soon', null, '2999-01-01');
const data: fc.Arbitrary<JsonObject> = fc.record({
  ...{ day, seen, amount, price: fc.constantFrom(2, -2, 0, null, '4') },
  region: fc.constantFrom('west', 'east', '', null),
  money: fc.constantFrom('EUR', 'usd', null),
  customer: fc.constantFrom('ann', 'bob', 3, null),
});
const key = fc.constantFrom('a', 'b', 'c', 'd', '\u{1f600}', '\uff21', 'z/1', 'ä');
const doing: fc.Arbitrary<Doing> = fc.dictionary(
  key,
  fc.oneof({ weight: 3, arbitrary: data }, fc.constant(null)),
  {
    maxKeys: 5,
  },
);
const ended = fc.constantFrom('whole', 'whole', 'twice', 'unprocessed', 'half') as fc.Arbitrary<
  'whole' | 'twice' | 'unprocessed' | 'half'
>;

test('however sessions come, the points are those of the records that are there at the end', async () => {
  const sessions = fc.array(fc.tuple(doing, ended), { minLength: 1, maxLength: 5 });
  const check = async (played: readonly (readonly [Doing, string])[], last: Doing) => {
    const scene = await createScene(stores, { timeZone: 'Europe/Berlin' });
    scene.define(metrics);
    const records = new Map<string, JsonObject>();
    for (const [changes, end] of [...played, [last, 'whole'] as const]) {
      for (const [key, data] of Object.entries(changes))
        if (data === null) records.delete(key);
        else records.set(key, data);
      const { session } = await scene.pass(changes, {
        refresh: end !== 'unprocessed' && end !== 'half',
        half: end === 'half',
      });
      if (end === 'twice') await scene.refresh(session);
    }
    const fresh = await createScene(stores, { timeZone: 'Europe/Berlin' });
    fresh.define(metrics);
    await fresh.pass(Object.fromEntries(records));
    assert.deepEqual(await scene.plain(), await fresh.plain());
    const [state, rebuilt] = [await datapointsState(scene.analysis), await datapointsState(fresh.analysis)];
    assert.deepEqual(state?.metrics, rebuilt?.metrics);
    const keys: string[] = [];
    for await (const page of streamFacts(scene.analysis, 'orders')) keys.push(...page.keys);
    assert.deepEqual(
      keys,
      [...records.keys()].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
    );
    const expected = expectedSales([...records.values()]);
    const sales = [...(await scene.series())].filter(([id]) => /^sales(\/...)?$/.test(id));
    assert.deepEqual(new Map(sales.map(([id, { points }]) => [id, points])), expected);
  };
  await fc.assert(fc.asyncProperty(sessions, doing, check), { numRuns: 10 });
});

/** By hand: the sums of `sales` by currency and month. */
function expectedSales(records: readonly JsonObject[]): Map<string, Datapoint[]> {
  const series = new Map<string, Map<string, { value: number | null; rows: number }>>();
  for (const { day, amount, money } of records) {
    const month = `${String(day).slice(0, 7)}-01`;
    if (month < '1970') continue;
    const id = `sales/${money === null ? 'XXX' : String(money).toUpperCase()}`;
    const points = series.get(id) ?? new Map();
    series.set(id, points);
    const { value, rows } = points.get(month) ?? { value: null, rows: 0 };
    const number = amount === null || amount === 'n/a' || amount === 1e308 ? null : Number(amount);
    points.set(month, { value: number === null ? value : (value ?? 0) + number, rows: rows + 1 });
  }
  return new Map(
    [...series]
      .sort()
      .map(([id, points]) => [
        id,
        [...points].sort().map(([start, { value, rows }]) => ({ start, value, rows })),
      ]),
  );
}
