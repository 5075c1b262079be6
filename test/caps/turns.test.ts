import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fullCapOf, grantSlots, isTakenAfter, type SessionCaps, type Turn } from '../../domain/slots.ts';

const at = new Date('2026-03-01T08:00:00.000Z');

/** A turn of connection `<company>-<n>`, app `shop`, pool `default` unless said. */
function turn(id: string, order: number, more: Partial<Turn> = {}): Turn {
  const [company = ''] = id.split('-');
  const session = { connectionId: id, sessionId: `${id}.1`, runId: 'run', seq: 1 };
  const place = { company, app: 'shop', pool: 'default' };
  return { ...session, ...place, state: 'waiting', since: at, order, ...more };
}

const working = (id: string, more: Partial<Turn> = {}) => turn(id, 0, { state: 'working', ...more });
const limits = (more: Partial<SessionCaps>): SessionCaps => ({ company: 99, app: 99, pool: 99, ...more });
const grantedOf = (turns: readonly Turn[], caps: SessionCaps) =>
  grantSlots(turns, caps, at).granted.map(({ connectionId }) => connectionId);

test('whoever fits goes at once, and the first cap that is full is named', () => {
  const turns = [working('a-1'), turn('a-2', 1), turn('b-1', 2, { pool: 'large' }), turn('c-1', 3)];
  const after = grantSlots(turns, limits({ company: 1, pool: 1 }), at);
  assert.deepEqual(
    after.granted.map(({ connectionId }) => connectionId),
    ['b-1'],
  );
  assert.deepEqual(fullCapOf(after.turns, 'a-2'), { cap: 'company', name: 'a', place: 1 });
  assert.deepEqual(fullCapOf(after.turns, 'c-1'), { cap: 'pool', name: 'default', place: 1 });
  assert.equal(fullCapOf(after.turns, 'b-1'), null);
  assert.equal(fullCapOf(after.turns, 'nobody'), null);
});

test('companies go in turn, each in the order of arrival', () => {
  const queue = ['a-1', 'a-2', 'a-3', 'b-1', 'b-2', 'c-1'].map((id, index) => turn(id, index + 1));
  const { turns } = grantSlots([working('a-0'), ...queue], limits({ pool: 1 }), at);
  const places = queue.map(({ connectionId }) => [fullCapOf(turns, connectionId)?.place, connectionId]);
  assert.deepEqual(
    places.sort().map(([, id]) => id),
    ['b-1', 'c-1', 'a-1', 'b-2', 'a-2', 'a-3'],
  );
  // And so they really go, one slot after the other.
  assert.deepEqual(grantedOf(turns, limits({ pool: 5 })), ['b-1', 'c-1', 'a-1', 'b-2']);
});

test('a company that has fewer sessions of an app goes first there, whatever else it runs', () => {
  const turns = [
    working('a-1', { app: 'shop' }),
    working('a-2', { app: 'shop' }),
    ...[1, 2, 3].map((n) => working(`b-${n}`, { app: 'bank' })),
    turn('a-3', 1),
    turn('b-9', 2),
  ];
  const { turns: waiting } = grantSlots(turns, limits({ app: 2 }), at);
  assert.deepEqual(grantedOf(waiting.slice(1), limits({ app: 2 })), ['b-9']);
});

test("the lower one of an app's own cap and the setting counts", () => {
  const turns = [working('a-1'), turn('b-1', 1, { appCap: 1 })];
  assert.deepEqual(grantedOf(turns, limits({ app: 5 })), []);
  assert.deepEqual(grantedOf([working('a-1'), turn('b-1', 1, { appCap: 5 })], limits({ app: 1 })), []);
  assert.deepEqual(grantedOf([working('a-1'), turn('b-1', 1, { appCap: 5 })], limits({ app: 2 })), ['b-1']);
});

test('two thousand in the queue are ordered within moments', () => {
  const queue = Array.from({ length: 2_000 }, (_, n) => turn(`c${n % 50}-${n}`, n + 1));
  const began = performance.now();
  const { turns } = grantSlots([working('c0-x'), ...queue], limits({ pool: 1 }), at);
  assert.equal(fullCapOf(turns, 'c49-1999')?.place, 1_999);
  assert.ok(performance.now() - began < 500);
});

test('what is given back late ends no turn that was taken after it, of a later session neither', () => {
  const taken = turn('a-1', 0, { state: 'working', sessionId: 'a-1.2', seq: 3 });
  const given = [
    ['a-1.2', 2, true],
    ['a-1.2', 3, false],
    ['a-1.2', 4, false],
    ['a-1.1', 12, true],
    ['a-1.3', 1, false],
  ] as const;
  for (const [sessionId, seq, stays] of given)
    assert.equal(isTakenAfter(taken, { sessionId, seq }), stays, `${sessionId} ${seq}`);
});
