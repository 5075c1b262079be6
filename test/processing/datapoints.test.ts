import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { streamFacts } from '../../activities/processing/datapoints/facts.ts';
import { datapointsState } from '../../activities/processing/datapoints/state.ts';
import { judgedDay } from '../../activities/processing/judged-day.ts';
import type { JsonObject } from '../../domain/json.ts';
import { changeId } from '../../stores/feed.ts';
import type { ChangeDoc, SeriesDoc } from '../../stores/model.ts';
import { openTestStores } from '../stores/support.ts';
import { createScene, type Doing, metric } from './datapoints-scene.ts';

const stores = await openTestStores();

test('a session makes points, and the next one changes only those it touches', async () => {
  const scene = await createScene(stores);
  const region = { dimensions: ['region'] };
  scene.define([metric(region), metric({ id: 'orders', measure: { kind: 'count' } })]);
  const first = await scene.pass({
    a: { day: '2024-01-05', amount: 10.1, region: 'west' },
    b: { day: '2024-01-20', amount: '0.40', region: 'east' },
    c: { day: '2024-02-01', amount: null, region: '' },
  });
  assert.deepEqual(first.touched, [
    ...['orders', 'sales', 'sales/-/region=(none)', 'sales/-/region=east', 'sales/-/region=west'],
  ]);
  assert.deepEqual(await scene.points('sales'), [
    { start: '2024-01-01', value: 10.5, rows: 2 },
    { start: '2024-02-01', value: null, rows: 1 },
  ]);
  const second = await scene.pass({ a: { day: '2024-03-05', amount: 1, region: 'west' }, b: null });
  assert.deepEqual(second.touched, ['orders', 'sales', 'sales/-/region=east', 'sales/-/region=west']);
  assert.deepEqual(await scene.points('sales/-/region=west'), [{ start: '2024-03-01', value: 1, rows: 1 }]);
  assert.equal(await scene.points('sales/-/region=east'), undefined);
  assert.deepEqual((await scene.refresh(second.session)).touched, second.touched);
  const state = await datapointsState(scene.analysis);
  assert.deepEqual(state?.metrics.sales, {
    series: 3,
    records: 2,
    uncounted: { undated: 0, outOfRange: 0, unmeasured: 1, untold: 0 },
  });
  const pages = [];
  for await (const page of streamFacts(scene.analysis, 'orders')) pages.push(page);
  assert.deepEqual(pages, [
    {
      keys: ['a', 'c'],
      fields: { day: ['2024-03-05', '2024-02-01'], amount: [1, null], region: ['west', null] },
    },
  ]);
});

test('a period that the records stop in is not whole, however long ago that was', async () => {
  const scene = await createScene(stores);
  const judged = async (day: string, now: string) => {
    const { session } = await scene.pass({ a: { day, amount: 1 } });
    return judgedDay(await scene.inputOf(session), new Date(now));
  };
  assert.equal(await judged('2017-11-02', '2026-05-05T12:00:00Z'), '2017-11-06');
  assert.equal(await judged('2017-12-30', '2026-05-05T12:00:00Z'), '2018-01-03');
  assert.equal(await judged('2026-05-04', '2026-05-05T12:00:00Z'), '2026-05-05');
  assert.equal(await judged('2027-01-01', '2026-05-05T12:00:00Z'), '2026-05-05');
  const empty = await createScene(stores);
  const { session } = await empty.pass({});
  assert.equal(await judgedDay(await empty.inputOf(session), new Date('2026-05-05T12:00:00Z')), '2026-05-05');
});

const months = (...points: readonly (readonly [month: string, value: number | null, rows: number])[]) =>
  points.map(([month, value, rows]) => ({ start: `${month}-01`, value, rows }));

/** By hand: sums by month, in all and by region. */
function expectedSums(records: ReadonlyMap<string, JsonObject>): Map<string, Map<string, number>> {
  const sums = new Map<string, Map<string, number>>();
  for (const { day, amount, region } of records.values())
    for (const id of ['sales', `sales/-/region=${region}`]) {
      const points = sums.get(id) ?? new Map<string, number>();
      sums.set(id, points);
      const start = `${String(day).slice(0, 7)}-01`;
      points.set(start, (points.get(start) ?? 0) + Number(amount));
    }
  return sums;
}

const plain = (series: ReadonlyMap<string, Pick<SeriesDoc, 'points'>>) =>
  Object.fromEntries(
    [...series]
      .sort()
      .map(([id, { points }]) => [id, Object.fromEntries(points.map(({ start, value }) => [start, value]))]),
  );
const byHand = (records: ReadonlyMap<string, JsonObject>) =>
  Object.fromEntries(
    [...expectedSums(records)].sort().map(([id, points]) => [id, Object.fromEntries([...points].sort())]),
  );

test('killed after any write, pages split and emptied: a repeated attempt makes the same points', async () => {
  const scene = await createScene(stores);
  scene.define([metric({ dimensions: ['region'] })]);
  const records = new Map<string, JsonObject>();
  const row = (n: number): JsonObject => ({
    day: `20${20 + (n % 3)}-0${1 + (n % 9)}-15`,
    amount: (n % 40) / 4,
    region: `r${n % 5}`,
  });
  const play = async (changes: Doing) => {
    for (const [key, data] of Object.entries(changes))
      if (data === null) records.delete(key);
      else records.set(key, data);
    const session = await scene.open();
    await scene.merge(session._id, changes);
    return session._id;
  };
  const keyed = (from: number, to: number, data: (n: number) => JsonObject | null): Doing =>
    Object.fromEntries(
      Array.from({ length: to - from }, (_, index) => [`k${10_000 + from + index}`, data(from + index)]),
    );
  await scene.refresh(await play(keyed(0, 2_000, row)));
  const doings: Doing[] = [
    // The page is split in three; later the second one goes.
    keyed(2_000, 4_100, row),
    { ...keyed(10, 30, (n) => row(n + 1)), b: { ...row(1), region: 'late', day: '2019-01-01' } },
    {
      b: null,
      ...keyed(1_300, 2_800, () => null),
      ...keyed(3_000, 3_020, (n) => ({ ...row(n), region: 'other' })),
    },
  ];
  for (let writes = 1, kills = 0; ; writes++) {
    const doing = doings[(writes - 1) % 3] as Doing;
    const before = plain(await scene.series());
    const session = await play(
      writes > 3 ? keyed(writes * 90, writes * 90 + 20, (n) => row(n * 3 + writes)) : doing,
    );
    if (writes === 9) scene.define([metric({ dimensions: ['region'], grain: 'month' })], 'Asia/Kathmandu');
    if ((await scene.refreshDying(session, writes)) === null) kills += 1;
    const { touched } = await scene.refresh(session);
    const after = plain(await scene.series());
    assert.deepEqual(after, byHand(records), `killed after write ${writes}`);
    const ids = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
    const changed = ids.filter((id) => !isDeepStrictEqual(before[id], after[id]));
    assert.deepEqual(touched, changed, `killed after write ${writes}`);
    if (writes === 10) return assert.ok(kills >= 6, `${kills} kills`);
  }
});

test('stopped at a border, it goes on later', async () => {
  const scene = await createScene(stores);
  const session = await scene.open();
  await scene.merge(session._id, { a: { day: '2024-01-01', amount: 1 } });
  const stopIfAsked = () => Promise.reject(new Error('asked to stop'));
  await assert.rejects(scene.refresh(session._id, { stopIfAsked }), /asked to stop/);
  assert.deepEqual((await scene.refresh(session._id)).touched, ['sales']);
});

test('a dimension with more than 200 values: the greatest are told apart, and stay', async () => {
  const scene = await createScene(stores);
  scene.define([metric({ measure: { kind: 'count' }, dimensions: ['region'] })]);
  const day = '2024-01-01';
  const of = (values: number, from = 0): Doing =>
    Object.fromEntries(
      Array.from({ length: values * 2 }, (_, n) => [
        `${from + (n >> 1)}/${n % 2}`,
        { day, region: `v${from + (n >> 1)}` },
      ]),
    );
  await scene.pass(of(190));
  assert.equal((await scene.series()).size, 191);
  // v190 has four records, the others two each.
  await scene.pass({
    ...of(40, 191),
    x: { day, region: 'v190' },
    y: { day, region: 'v190' },
    z: { day, region: 'v190' },
  });
  const ids = [...(await scene.series()).keys()];
  assert.equal(ids.length, 201);
  assert.ok(ids.includes('sales/-/region=v190') && ids.includes('sales/-/region=v0'));
  const untold = async () => (await datapointsState(scene.analysis))?.metrics.sales?.uncounted.untold;
  assert.equal(await untold(), 31 * 2);
  // A newcomer with more records takes nobody's place; where a value ends, there is one.
  const great = Object.fromEntries(Array.from({ length: 5 }, (_, n) => [`g${n}`, { day, region: 'great' }]));
  await scene.pass(great);
  assert.deepEqual([...(await scene.series()).keys()], ids);
  const { touched } = await scene.pass({ '7/0': null, '7/1': null });
  assert.deepEqual(touched, ['sales', 'sales/-/region=great', 'sales/-/region=v7']);
  assert.equal(await untold(), 31 * 2);
  await scene.pass({}, { definition: 'd2' });
  assert.equal((await scene.series()).size, 201);
  assert.ok((await scene.series()).has('sales/-/region=great'));
});

test('a currency that changes moves the records to another series', async () => {
  const scene = await createScene(stores);
  scene.define([metric({ currency: { field: 'money' } })]);
  await scene.pass({
    a: { day: '2024-01-01', amount: 5, money: 'eur' },
    b: { day: '2024-02-01', amount: 7, money: 'EUR' },
    c: { day: '2024-02-01', amount: 1 },
  });
  const { touched } = await scene.pass({ b: { day: '2024-02-01', amount: 8, money: 'USD' } });
  assert.deepEqual(touched, ['sales/EUR', 'sales/USD']);
  assert.deepEqual(await scene.points('sales/EUR'), months(['2024-01', 5, 1]));
  assert.deepEqual(await scene.points('sales/USD'), months(['2024-02', 8, 1]));
  assert.deepEqual(await scene.points('sales/XXX'), months(['2024-02', 1, 1]));
});

test('odd data: nothing is NaN, and what is not counted is told', async () => {
  const scene = await createScene(stores);
  const ratio = { kind: 'ratio', field: 'amount', per: 'price' } as const;
  scene.define([
    metric(),
    metric({ id: 'each', measure: ratio }),
    metric({ id: 'most', measure: { kind: 'maximum', field: 'amount' } }),
  ]);
  await scene.pass(
    {
      huge: { day: '2024-01-01', amount: 1e308, price: 1 },
      huger: { day: '2024-01-01', amount: -1e308, price: 1 },
      low: { day: '2024-02-01', amount: -7.5, price: 5e-324 },
      none: { day: '2024-03-01', amount: 3, price: 0 },
      old: { day: '1969-12-31', amount: 1 },
      far: { day: '2032-01-01', amount: 1 },
      soon: { day: '2031-12-31', amount: 1, price: 2 },
      undated: { day: 'yesterday', amount: 1 },
    },
    { openedAt: new Date('2026-05-05T00:00:00Z') },
  );
  assert.deepEqual(
    await scene.points('sales'),
    months(['2024-01', null, 2], ['2024-02', -7.5, 1], ['2024-03', 3, 1], ['2031-12', 1, 1]),
  );
  const each = await scene.points('each');
  assert.deepEqual(
    each?.map(({ value }) => value),
    [null, null, null, 0.5],
  );
  assert.deepEqual((await datapointsState(scene.analysis))?.metrics.sales?.uncounted, {
    ...{ undated: 1, outOfRange: 2, unmeasured: 2, untold: 0 },
  });
  // A year later one more day is near enough.
  await scene.pass({}, { openedAt: new Date('2027-01-01T00:00:00Z') });
  assert.deepEqual((await scene.points('sales'))?.at(-1), { start: '2032-01-01', value: 1, rows: 1 });
});

test('a field that vanished leaves periods without a value, and says so', async () => {
  const scene = await createScene(stores);
  await scene.pass({ a: { day: '2024-01-01', amount: 5 }, b: { day: '2024-02-01', amount: 6 } });
  await scene.pass({ a: { day: '2024-01-01' }, b: { day: '2024-02-01' } });
  assert.deepEqual(await scene.points('sales'), months(['2024-01', null, 1], ['2024-02', null, 1]));
  assert.equal((await datapointsState(scene.analysis))?.metrics.sales?.uncounted.unmeasured, 2);
});

test('another definition or time zone makes the points anew, and forgets what it no longer names', async () => {
  const scene = await createScene(stores);
  const late = { a: { day: '2024-01-31T23:30:00Z', amount: 5, region: 'west' } };
  await scene.pass(late);
  assert.deepEqual(await scene.points('sales'), months(['2024-01', 5, 1]));
  scene.define([metric()], 'Asia/Kathmandu');
  assert.deepEqual((await scene.pass({})).touched, ['sales']);
  assert.deepEqual(await scene.points('sales'), months(['2024-02', 5, 1]));
  scene.define([metric({ grain: 'day' }), metric({ id: 'orders', measure: { kind: 'count' } })]);
  assert.deepEqual((await scene.pass({})).touched, ['orders', 'sales']);
  assert.deepEqual(await scene.points('sales'), [{ start: '2024-02-01', value: 5, rows: 1 }]);
  scene.define([metric({ id: 'orders', measure: { kind: 'count' }, dimensions: ['region'] })]);
  assert.deepEqual((await scene.pass({})).touched, ['orders/-/region=west', 'sales']);
  assert.equal(await scene.points('sales'), undefined);
  scene.define([]);
  assert.deepEqual((await scene.pass({})).touched, []);
});

test('changes that came after processing, and those of a session that was never processed, are caught up with', async () => {
  const scene = await createScene(stores);
  const row = { day: '2024-01-01', amount: 1 };
  const { session } = await scene.pass({ a: row, b: row });
  // Deduplication comes after processing.
  await scene.records.remove(['b']);
  const doc = { _id: changeId(session, 'orders', 1), added: [], updated: [], deleted: ['b'] };
  await stores.feed.putChange(doc);
  await scene.pass({ c: row }, { refresh: false });
  await scene.pass({ d: row });
  assert.deepEqual(await scene.points('sales'), months(['2024-01', 3, 3]));
  // A change document that is gone: all records are read.
  const { session: lost } = await scene.pass({ e: row }, { refresh: false });
  await stores.db.collection<ChangeDoc>('changes').deleteOne({ _id: changeId(lost, 'orders', 0) });
  await scene.pass({});
  assert.deepEqual(await scene.points('sales'), months(['2024-01', 4, 4]));
});
