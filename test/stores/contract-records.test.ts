import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { quarantineCollection, recordsCollection } from '../../stores/names.ts';
import { whyUnstorable } from '../../stores/records.ts';
import { at, newId, openTestStores, record, times } from './support.ts';

const stores = await openTestStores();
const recordsOf = (generation = 1, connectionId = newId()) =>
  stores.records.of(connectionId, generation, 'orders');
const keys = (docs: readonly { readonly _id: string }[]) => docs.map((doc) => doc._id);

test('records are put by key, any number at once, and read back as they were', async () => {
  const records = recordsOf();
  const docs = times(2500, (n) => record(`k${n}`, { n, 'odd.name': { $x: [1.5, null, 'ü'] } }));
  await records.putMany(docs);
  await records.putMany([...docs.slice(0, 10), record('k3', { n: 'new' }), record('k3', { n: 'last' })]);
  await records.putMany([]);
  assert.equal(await records.count(), 2500);
  assert.deepEqual(await records.get('k7'), docs[7]);
  assert.deepEqual((await records.get('k3'))?.data, { n: 'last' });
  assert.equal(await records.get('none'), null);
  const wanted = times(1200, (n) => `k${n * 2}`);
  assert.deepEqual(keys(await records.getMany([...wanted, 'none'])), wanted);
  await records.remove(['k1', 'none', ...wanted]);
  await records.remove(['k1']);
  assert.equal(await records.count(), 1299);
});

test('a late write of a closed generation does not touch the next one', async () => {
  const connectionId = newId();
  const [first, second] = [recordsOf(1, connectionId), recordsOf(2, connectionId)];
  await second.putMany([record('a', { n: 2 })]);
  await first.putMany([record('a', { n: 1 }), record('b', {})]);
  assert.deepEqual((await second.get('a'))?.data, { n: 2 });
  assert.equal(await second.count(), 1);
  await first.drop();
  await first.drop();
  assert.equal(await first.count(), 0);
  assert.equal(await second.count(), 1);
});

test('pages follow the keys; a filter is equality on the data', async () => {
  const records = recordsOf();
  await records.putMany(times(10, (n) => record(`k${9 - n}`, { parity: n % 2, in: { deep: `d${n % 3}` } })));
  const page = async (after?: string) =>
    keys(await records.page({ limit: 4, ...(after === undefined ? {} : { after }) }));
  assert.deepEqual(await page(), ['k0', 'k1', 'k2', 'k3']);
  assert.deepEqual(await page('k7'), ['k8', 'k9']);
  assert.deepEqual(await page('k9'), []);
  const odd = await records.page({ limit: 2, after: 'k2', filter: { parity: 1 } });
  assert.deepEqual(keys(odd), ['k4', 'k6']);
  const both = await records.page({ limit: 9, filter: { parity: 1, 'in.deep': 'd1' } });
  assert.deepEqual(keys(both), ['k2', 'k8']);
  await assert.rejects(async () => records.page({ limit: 1, filter: { $where: 'true' } }), {
    code: 'INVALID_INPUT',
  });
  const asValue = await records.page({ limit: 1, filter: { parity: { $ne: 5 } } });
  assert.deepEqual(asValue, []);
});

test('the stream and the digest go in key order and do not depend on the order of writing', async () => {
  const [one, two] = [recordsOf(), recordsOf()];
  const docs = times(1200, (n) => record(`k${(n * 7919) % 1200}`, { n }, `f${(n * 7919) % 1200}`));
  await one.putMany(docs);
  await two.putMany(docs.toReversed());
  const streamed: string[] = [];
  for await (const doc of one.stream()) streamed.push(doc._id);
  assert.deepEqual(streamed, keys(docs).toSorted());
  assert.equal(await one.digest(), await two.digest());
  const expected = createHash('sha256');
  for (const key of streamed) expected.update(`${JSON.stringify([key, `f${key.slice(1)}`])}\n`);
  assert.equal(await one.digest(), expected.digest('hex'));
  await two.putMany([record('k5', {}, 'other')]);
  assert.notEqual(await one.digest(), await two.digest());
});

test('an empty resource has no records, a digest and no page', async () => {
  const records = recordsOf();
  assert.equal(await records.count(), 0);
  assert.deepEqual(await records.page({ limit: 5 }), []);
  assert.equal(await records.digest(), createHash('sha256').digest('hex'));
});

test('quarantine keeps any payload and is paged by id and reason', async () => {
  const quarantine = stores.quarantine.of(newId(), 1, 'orders');
  const deep = times(300, () => 0).reduce<object | number>((inner) => ({ inner }), 1);
  const payloads = [{ 'nul\0': 1, $set: 2 }, deep, 'text', null];
  const reasons = ['KEY_MISSING', 'SCHEMA_MISMATCH', 'NOT_AN_OBJECT', 'NOT_AN_OBJECT'] as const;
  const docs = payloads.map((payload, n) => ({
    _id: `c.1/orders/0/${n}`,
    sessionId: 'c.1',
    key: null,
    reason: reasons[n] ?? ('TOO_LARGE' as const),
    message: 'It does not fit.',
    payload: payload as never,
    at,
  }));
  await quarantine.putMany(docs);
  await quarantine.putMany(docs);
  assert.equal(await quarantine.count(), 4);
  assert.deepEqual(await quarantine.page({ limit: 10 }), docs);
  assert.deepEqual(keys(await quarantine.page({ limit: 10, reason: 'NOT_AN_OBJECT' })), keys(docs.slice(2)));
  assert.deepEqual(keys(await quarantine.page({ limit: 1, after: 'c.1/orders/0/1' })), ['c.1/orders/0/2']);
  assert.deepEqual(await quarantine.get('c.1/orders/0/1'), docs[1]);
  await quarantine.removeMany(['c.1/orders/0/0', 'none']);
  assert.equal(await quarantine.count(), 3);
});

test('what a record cannot hold is said before it is written', async () => {
  const nested = (levels: number): never =>
    times(levels, () => 0).reduce<unknown>((inner) => ({ inner }), 1) as never;
  assert.equal(whyUnstorable({ 'a.b': 1, $c: [nested(80)] }), null);
  assert.match(whyUnstorable({ a: [{ 'b\0': 1 }] }) ?? '', /zero character/);
  assert.match(whyUnstorable(nested(95)) ?? '', /levels deep/);
  await recordsOf().putMany([record('deep', nested(89))]);
});

test('names of collections are short, told apart, and safe', () => {
  const long = 'x'.repeat(63);
  const names = [
    recordsCollection('c', 1, 'orders'),
    recordsCollection('c', 2, 'orders'),
    quarantineCollection('c', 1, 'orders'),
    recordsCollection(long, 1, `${long.slice(1)}a`),
    recordsCollection(long, 1, `${long.slice(1)}b`),
    recordsCollection(`${long.slice(1)}y`, 1, `${long.slice(1)}b`),
  ];
  assert.equal(names[0], 'records.c.1.orders');
  assert.equal(new Set(names).size, names.length);
  for (const name of names) assert.ok(name.length <= 80, name);
});
