import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openTestStores } from '../stores/support.ts';
import { checkAcross, checkOrders } from './across-property.ts';
import { createFamily } from './family-scene.ts';
import type { Row } from './scene.ts';

const stores = await openTestStores();
const time = (second: number) => new Date(Date.UTC(2024, 0, 1, 0, 0, second)).toISOString();
const row = (id: string, more: object = {}, second = 0): Row =>
  ({ id, updated_at: time(second), ...more }) as Row;
const contacts = {
  match: [
    { fields: [{ field: 'email', as: 'email' as const }] },
    { fields: [{ field: 'phone', as: 'phone' as const, country: 'DE' }] },
  ],
};

test('the same customer in two connections is one, under the record that was known first', async () => {
  const family = await createFamily(stores, ['a', 'b'], contacts);
  await family.pass(
    'a',
    row('1', { email: 'x@example.com', city: 'Bonn' }),
    row('2', { email: 'y@example.com' }),
  );
  const last = await family.pass('b', row('1', { email: 'X@example.com', phone: '0171 2345678' }, 5));
  // The record of b went away at once: what takes its place is there.
  assert.deepEqual(await family.keys(), ['a/1', 'a/2']);
  assert.deepEqual((await family.of('b').told(last)).deleted, ['1']);
  assert.equal(await family.rest(), 1);
  assert.deepEqual((await family.visible())['a/1'], {
    ...{ id: '1', updated_at: time(5), email: 'X@example.com', city: 'Bonn', phone: '0171 2345678' },
  });
  // What changes in b is said by a.
  await family.pass('b', row('1', { email: 'X@example.com', city: 'Ulm' }, 9));
  assert.equal(await family.rest(), 1);
  assert.equal((await family.visible())['a/1']?.city, 'Ulm');
  await family.pass('a');
  await family.pass('b');
  assert.equal(await family.rest(), 0, 'nothing new asks for nothing');
  // The one that stays is deleted at its app: it goes once the other is back.
  await family.pass('a', row('1', { deleted_at: time(10) }, 10));
  assert.deepEqual(await family.keys(), ['a/1', 'a/2']);
  assert.equal(await family.rest(), 2);
  assert.deepEqual(await family.keys(), ['a/2', 'b/1']);
});

test('pause, disconnect and the setting: nothing of a connection stays with the others', async () => {
  const family = await createFamily(stores, ['a', 'b'], contacts);
  await family.pass('a', row('1', { email: 'x@example.com' }));
  await family.pass('b', row('1', { email: 'x@example.com', city: 'Bonn' }, 5));
  await family.rest();
  family.pause('a');
  await family.of('b').pass([row('1', { email: 'x@example.com', city: 'Ulm' }, 6)]);
  assert.equal(await family.rest(), 0);
  assert.equal((await family.visible())['a/1']?.city, 'Bonn', 'its records stay as they are');
  await family.disconnect('b');
  // At once, although no session of it may start.
  assert.deepEqual(await family.visible(), { 'a/1': row('1', { email: 'x@example.com' }) });
  for (const part of [family.store.nodes, family.store.groups, family.store.pairs] as const)
    assert.equal(await part.count(), 0);
  family.resume('a');
  const next = await family.pass('a');
  assert.deepEqual(await family.of('a').told(next), { added: [], updated: ['1'], deleted: [] });
  assert.deepEqual(await family.of('a').groups(), []);
});

test('any order of sessions, kills, undos, pauses and disconnects: nobody is missing, and at rest everyone is there once', async () => {
  const isChaos = process.env.TRIBUTARY_CHAOS === '1';
  await checkAcross(stores, isChaos ? 150 : 3, isChaos ? 14 : 6);
});

test('whatever the order of sessions of three connections, the same records are there at the end', async () => {
  await checkOrders(stores, process.env.TRIBUTARY_CHAOS === '1' ? 60 : 3);
});
