import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { similarityOf } from '../../activities/deduplication/near.ts';
import { phoneKey } from '../../activities/deduplication/rule.ts';
import {
  clusters,
  edgesOf,
  forbiddenOf,
  type Member,
  survivingData,
  survivorOf,
} from '../../domain/deduplication.ts';
import {
  createIgnored,
  dateKey,
  emailKey,
  nameKey,
  taxNumberKey,
  textKey,
} from '../../domain/deduplication-keys.ts';

const key = fc.integer({ min: 0, max: 12 }).map((n) => `k${n}`);
const edge = fc.record({ a: key, b: key, rank: fc.integer({ min: -2, max: 2 }) });
const pair = fc.tuple(key, key).filter(([a, b]) => a !== b);

test('groups do not depend on the order of edges or keys, and never hold a forbidden pair', () => {
  fc.assert(
    fc.property(
      fc.array(edge),
      fc.array(pair, { maxLength: 4 }),
      fc.infiniteStream(fc.nat()),
      (edges, pairs, random) => {
        const forbidden = forbiddenOf(pairs);
        const groups = clusters(edges, forbidden);
        const shuffled = edges
          .map((one) => ({ one, place: random.next().value }))
          .sort((x, y) => x.place - y.place)
          .map(({ one: { a, b, rank } }) => ({ a: b, b: a, rank }));
        assert.deepEqual(clusters(shuffled, forbidden), groups);
        for (const group of groups)
          for (const [a, b] of pairs) assert.ok(!(group.includes(a) && group.includes(b)), `${a} ${b}`);
      },
    ),
  );
});

test('without forbidden pairs everything that is connected is one; parting two leaves the others together', () => {
  const keys = ['a', 'b', 'c', 'd'];
  assert.deepEqual(clusters(edgesOf(keys, 0, new Map())), [keys]);
  const forbidden = forbiddenOf([
    ['a', 'b'],
    ['a', 'c'],
    ['a', 'd'],
  ]);
  assert.deepEqual(clusters(edgesOf(keys, 0, forbidden), forbidden), [['b', 'c', 'd']]);
  const cycle = [
    ['a', 'b'],
    ['b', 'c'],
    ['c', 'a'],
  ] as const;
  assert.deepEqual(clusters(cycle.map(([a, b]) => ({ a, b, rank: 0 }))), [['a', 'b', 'c']]);
});

const member = fc.record({
  key,
  data: fc.dictionary(
    fc.constantFrom('id', 'name', 'phone', 'origin'),
    fc.oneof(fc.string(), fc.constant(null)),
    {
      noNullPrototype: true,
    },
  ),
  cursor: fc.option(fc.constantFrom('1', '2', '3')),
  createdIn: fc.integer({ min: 1, max: 3 }),
  changedIn: fc.integer({ min: 1, max: 3 }),
});
const survivorship = {
  default: 'newest',
  fields: { name: 'longest', phone: 'mostComplete', origin: { sourceField: 'origin', order: ['crm'] } },
  own: ['id'],
} as const;

test('what survives does not depend on the order of the records, and a value is lost only to another one', () => {
  const members = fc.uniqueArray(member, { minLength: 1, selector: ({ key: of }) => of });
  fc.assert(
    fc.property(members, (list) => {
      const data = survivingData(list, survivorship);
      assert.deepEqual(survivingData([...list].reverse(), survivorship), data);
      assert.deepEqual(survivorOf([...list].reverse()), survivorOf(list));
      for (const field of ['name', 'phone', 'origin'])
        if (list.some((one) => typeof one.data[field] === 'string' && String(one.data[field]).trim() !== ''))
          assert.ok(String(data[field]).trim() !== '' && data[field] !== null, field);
      assert.equal(data.id, survivorOf(list)?.data.id);
    }),
  );
});

test('a field comes from the newest, the most complete, the longest or the best source', () => {
  const of = (name: string, cursor: string, data: Member['data']): Member => ({
    ...{ key: name, cursor, data, createdIn: 1, changedIn: 1 },
  });
  const records = [
    of('a', '2', { id: 'a', name: 'Al', phone: null, origin: 'shop', note: 'new' }),
    of('b', '1', { id: 'b', name: 'Albert', phone: '12', origin: 'crm', note: 'old' }),
  ];
  assert.deepEqual(survivingData(records, survivorship), {
    ...{ id: 'a', name: 'Albert', phone: '12', origin: 'crm', note: 'new' },
  });
});

test('spellings of one value are one key, and what says nothing is none', () => {
  assert.equal(emailKey('  Ann.B@Example.COM '), 'ann.b@example.com');
  for (const bad of ['ann', 'a@b', 'a b@c.de', '@c.de', '']) assert.equal(emailKey(bad), null, bad);
  for (const name of ['Müller, Anna', 'Dr. anna  MULLER', 'Anna Muller'])
    assert.equal(nameKey(name), 'anna muller', name);
  for (const name of ['Acme GmbH', 'ACME G.m.b.H.', 'acme inc.', 'Acme, Ltd'])
    assert.equal(nameKey(name), 'acme', name);
  assert.equal(nameKey('GmbH & Co. KG'), 'co gmbh kg');
  assert.equal(nameKey('...'), null);
  for (const number of ['DE 123.456.789', 'de123456789', '123 456 789'])
    assert.equal(taxNumberKey(number, 'DE'), 'DE123456789', number);
  assert.equal(taxNumberKey('EL123456789', null), 'GR123456789');
  for (const bad of ['00000000', '12', 'none']) assert.equal(taxNumberKey(bad, 'DE'), null, bad);
  for (const day of ['2024-03-09', '2024-03-09T23:00:00Z', '9.3.2024', '2024/3/9', '20240309'])
    assert.equal(dateKey(day), '2024-03-09', day);
  for (const bad of ['2024-02-30', '31.31.2024', 'soon', '0000-01-01']) assert.equal(dateKey(bad), null, bad);
  assert.equal(textKey(' Elm-Street  1 '), 'elm street 1');
  for (const phone of ['+49 171 2345678', '0171/2345678', '0049 171 2345678', '(0171) 23 456 78'])
    assert.equal(phoneKey(phone, 'DE'), '+491712345678', phone);
  for (const bad of ['', 'call me', '000', '123']) assert.equal(phoneKey(bad, null), null, bad);
  const isIgnored = createIgnored(['Info@example.com']);
  for (const value of ['N/A', ' none ', '-', '', 'info@EXAMPLE.com']) assert.ok(isIgnored(value), value);
  assert.ok(!isIgnored('ann@example.com'));
});

test('no text makes a key that is empty, or throws', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string(), (a, b) => {
      for (const read of [emailKey, nameKey, dateKey, textKey]) assert.notEqual(read(a), '');
      assert.notEqual(phoneKey(a, 'DE'), '');
      assert.notEqual(taxNumberKey(a, null), '');
      const similarity = similarityOf(a, b);
      assert.ok(similarity >= 0 && similarity <= 1);
    }),
  );
});
