import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readReport } from '../../activities/deduplication/report.ts';
import { openTestStores } from '../stores/support.ts';
import { createScene, type Row } from './scene.ts';

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

test('records that match over several keys become one, and readers are told', async () => {
  const scene = await createScene(stores, contacts);
  const session = await scene.pass([
    row('a', { email: 'Ann@Example.com', phone: null, city: 'Bonn' }),
    row('b', { email: 'ann@example.com', phone: '0171 2345678' }, 2),
    row('c', { email: null, phone: '+49 171 2345678', name: 'Ann' }, 1),
    row('d', { email: 'n/a', phone: 'n/a' }),
    row('e', { email: 'N/A', phone: '' }),
  ]);
  assert.deepEqual(Object.keys(await scene.visible()), ['a', 'd', 'e']);
  // Each field from the newest record that has it; the key stays the one that was known first.
  const { a } = await scene.visible();
  assert.deepEqual(a, {
    ...{ id: 'a', updated_at: time(2), email: 'ann@example.com' },
    ...{ phone: '0171 2345678', city: 'Bonn', name: 'Ann' },
  });
  assert.deepEqual((await scene.told(session)).deleted, ['b', 'c']);
  const report = await readReport(scene.merges, session);
  assert.equal(report?.merged, 2);
  assert.deepEqual(report?.seen, {
    records: 5,
    withoutKey: 2,
    alternatives: [
      { by: 'email', empty: 1, ignored: 2 },
      { by: 'phone', empty: 2, ignored: 1 },
    ],
  });
});

test('what the app sends again of a merged key changes the record that stays, and brings none back', async () => {
  const scene = await createScene(stores, contacts);
  const rows = [row('a', { email: 'x@example.com' }), row('b', { email: 'x@example.com', city: 'Bonn' }, 1)];
  await scene.pass(rows);
  const again = await scene.pass(rows);
  assert.deepEqual(await scene.told(again), { added: [], updated: [], deleted: [] });
  assert.equal((await readReport(scene.merges, again))?.looked, 'changed');
  const changed = await scene.pass([row('b', { email: 'x@example.com', city: 'Ulm' }, 5)]);
  assert.deepEqual((await scene.visible()).a, {
    ...{ id: 'a', updated_at: time(5), email: 'x@example.com', city: 'Ulm' },
  });
  assert.deepEqual(new Set((await scene.told(changed)).updated), new Set(['a']));
  const late = await scene.pass([row('c', { email: 'X@example.com', city: 'Kiel' }, 9)]);
  assert.deepEqual(Object.keys(await scene.visible()), ['a']);
  assert.equal((await scene.visible()).a?.city, 'Kiel');
  assert.equal((await readReport(scene.merges, late))?.merged, 1);
  // The one that stays is deleted at the app: the others stay one, under the next key.
  await scene.pass([row('a', { deleted_at: time(10) }, 10)]);
  assert.deepEqual(Object.keys(await scene.visible()), ['b']);
  await scene.pass([row('b', { deleted_at: time(11) }, 11), row('c', { deleted_at: time(11) }, 11)]);
  assert.deepEqual(await scene.visible(), {});
  assert.equal(await scene.merges.members.count(), 0);
  assert.deepEqual(await scene.groups(), []);
});

test('an undo restores exactly, holds until it is withdrawn, and then ends in the same records', async () => {
  const scene = await createScene(stores, contacts);
  const rows = [
    row('a', { email: 'x@example.com', city: 'Bonn' }),
    row('b', { email: 'x@example.com', phone: '+49 30 123456' }, 1),
    row('c', { phone: '030 123456' }, 2),
  ];
  const plain = await createScene(stores, { match: [['nothing']] });
  await plain.pass(rows);
  await scene.pass(rows);
  const merged = await scene.visible();
  const groups = await scene.groups();
  const pairs = [
    ['a', 'b'],
    ['a', 'c'],
    ['b', 'c'],
  ] as const;
  for (const [one, other] of pairs) await scene.decide('different', one, other);
  const undone = await scene.pass([]);
  assert.deepEqual(await scene.visible(), await plain.visible());
  assert.deepEqual(await scene.told(undone), { added: ['b', 'c'], updated: ['a'], deleted: [] });
  assert.equal((await readReport(scene.merges, undone))?.parted, 2);
  const later = (second: number, more = {}) =>
    rows.map((one, index) => ({ ...one, ...more, updated_at: time(second + index) }));
  await scene.pass(later(10, { seen: true }));
  assert.equal(Object.keys(await scene.visible()).length, 3, 'never again');
  await scene.pass(later(20));
  for (const [one, other] of pairs) await scene.decide(null, one, other);
  await scene.pass([]);
  assert.deepEqual(Object.keys(await scene.visible()), ['a']);
  assert.deepEqual(await scene.groups(), groups);
  assert.deepEqual({ ...(await scene.visible()).a, updated_at: time(2) }, merged.a);
  assert.equal(await scene.merges.pairs.count(), 0);
});

test('an undo after later changes: each record comes back with what the app sent of it since', async () => {
  const scene = await createScene(stores, contacts);
  await scene.pass([
    row('a', { email: 'x@example.com' }),
    row('b', { email: 'x@example.com', city: 'Bonn' }, 1),
  ]);
  await scene.pass([
    row('a', { email: 'x@example.com', note: 'later' }, 3),
    row('b', { email: 'x@example.com', city: 'Ulm' }, 4),
  ]);
  await scene.decide('different', 'a', 'b');
  await scene.pass([]);
  assert.deepEqual(await scene.visible(), {
    a: row('a', { email: 'x@example.com', note: 'later' }, 3),
    b: row('b', { email: 'x@example.com', city: 'Ulm' }, 4),
  });
});

test('a value that too many share merges nothing and is told; a person joins and parts whom they like', async () => {
  const scene = await createScene(stores, {
    match: [['email']],
    largestGroup: 3,
    suggest: { name: { field: 'name', similarity: 0.8 }, sameAddress: ['street'], most: 10 },
  });
  const shared = ['a', 'b', 'c', 'd'].map((id) => row(id, { email: 'info@example.com' }));
  const first = await scene.pass([
    ...shared,
    row('e', { name: 'Miller, Anna', street: 'Elm 1' }),
    row('f', { name: 'Anna Milller' }),
    row('g', { name: 'Bob', street: 'elm  1' }),
  ]);
  assert.equal(Object.keys(await scene.visible()).length, 7);
  const report = await readReport(scene.merges, first);
  assert.deepEqual(report?.common, [{ by: 'email', value: 'info@example.com', records: 4 }]);
  assert.equal(report?.suggestions, 2);
  const pairs = await scene.merges.pairs.pageWhere({}, { limit: 10 });
  assert.deepEqual(pairs.map(({ keys, suggested }) => [...keys, suggested?.by].join(' ')).sort(), [
    'e f name',
    'e g address',
  ]);
  await scene.decide('same', 'e', 'f');
  await scene.decide('different', 'e', 'g');
  await scene.pass([row('h', { email: 'info@example.com' })]);
  assert.deepEqual(await scene.groups(), [['e', 'f']]);
  assert.equal((await scene.merges.groups.get('e'))?.matchedBy[0], 'accepted by a person');
  // Everything is looked at anew with another rule: what was merged stays, what was parted too.
  scene.define({ match: [['street'], ['email']], largestGroup: 20 });
  await scene.pass([row('g', { name: 'Bob', street: 'Elm 1' }, 3)]);
  assert.deepEqual(await scene.groups(), [
    ['a', 'b', 'c', 'd', 'h'],
    ['e', 'f'],
  ]);
});

test('switched off, every record comes back as the app has it', async () => {
  const scene = await createScene(stores, contacts);
  const rows = [row('a', { email: 'x@example.com' }), row('b', { email: 'x@example.com' }, 1)];
  await scene.pass(rows);
  await scene.switchOff();
  await scene.pass([]);
  assert.deepEqual(Object.values(await scene.visible()), rows);
  assert.equal(await scene.merges.members.count(), 0);
});

test('killed after any write, merging and parting: a repeated pass ends in the same records', async () => {
  const rows = Array.from({ length: 12 }, (_, n) => row(`k${n}`, { email: `m${n % 6}@example.com`, n }, n));
  const change = [
    row('k3', { deleted_at: time(99) }, 99),
    row('k4', { email: 'new@example.com' }, 99),
    row('z', { email: 'm5@example.com' }, 99),
  ];
  const prepared = async () => {
    const scene = await createScene(stores, contacts);
    await scene.pass(rows);
    await scene.decide('different', 'k0', 'k6');
    await scene.decide('same', 'k1', 'k2');
    return { scene, session: await scene.structure(change) };
  };
  const { scene: whole, session: last } = await prepared();
  await whole.deduplicate(last);
  const expected = {
    visible: await whole.visible(),
    groups: await whole.groups(),
    told: await whole.told(last),
  };
  const report = await readReport(whole.merges, last);
  for (let writes = 1, kills = 0; ; writes++) {
    const { scene, session } = await prepared();
    const isDead = await scene.deduplicateDying(session, writes);
    if (isDead) kills += 1;
    await scene.deduplicate(session);
    const after = `killed after write ${writes}`;
    assert.deepEqual(await scene.visible(), expected.visible, after);
    assert.deepEqual(await scene.groups(), expected.groups, after);
    const told = await scene.told(session);
    for (const kind of ['added', 'updated', 'deleted'] as const)
      assert.deepEqual(new Set(told[kind]), new Set(expected.told[kind]), after);
    const { merged, groups, parted } = (await readReport(scene.merges, session)) ?? {};
    assert.deepEqual([merged, groups, parted], [report?.merged, report?.groups, report?.parted], after);
    if (!isDead) return assert.ok(kills >= 8, `${kills} kills`);
  }
});
