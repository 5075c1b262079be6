import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { InboxDoc } from '../../stores/model.ts';
import { at, newId, openTestStores, sealed, times } from './support.ts';

const stores = await openTestStores();
const { consents, grants, inbox } = stores;

const entry = (connectionId: string, id: string, more: Partial<InboxDoc> = {}) => ({
  _id: `webhook/${connectionId}/${id}`,
  connectionId,
  generation: 1,
  kind: 'webhook' as const,
  payload: sealed(id),
  receivedAt: at,
  ...more,
});
const claimOf = (connectionId: string, sessionId: string, kinds: readonly InboxDoc['kind'][] = ['webhook']) =>
  inbox.claim({ connectionId, generation: 1, kinds, sessionId, at });

test('the same thing told twice is one inbox entry', async () => {
  const connectionId = newId();
  assert.equal(await inbox.put(entry(connectionId, '1')), 'stored');
  assert.equal(await inbox.put(entry(connectionId, '1', { payload: null })), 'known');
  assert.deepEqual((await inbox.get(`webhook/${connectionId}/1`))?.payload, sealed('1'));
});

test('an entry is told until it is marked, oldest first', async () => {
  const connectionId = newId();
  const mine = async () =>
    (await inbox.untold(100)).filter((doc) => doc.connectionId === connectionId).map((doc) => doc._id.at(-1));
  await inbox.put(entry(connectionId, '2', { receivedAt: new Date(at.getTime() + 5) }));
  await inbox.put(entry(connectionId, '1'));
  assert.deepEqual(await mine(), ['1', '2']);
  assert.equal((await inbox.untold(1)).length, 1);
  await inbox.markTold(`webhook/${connectionId}/1`, at);
  await inbox.markTold(`webhook/${connectionId}/1`, at);
  assert.deepEqual(await mine(), ['2']);
});

test('a session claims what is of its connection, generation and kinds; again it gets the same', async () => {
  const connectionId = newId();
  await inbox.put(entry(connectionId, '1'));
  await inbox.put(entry(connectionId, '2'));
  await inbox.put(entry(connectionId, '3', { generation: 2 }));
  await inbox.put(entry(connectionId, '4', { kind: 'callback' }));
  await inbox.put(entry(newId(), '5'));
  assert.equal(await inbox.unclaimed(connectionId, ['webhook', 'callback']), 4);
  const claimed = await claimOf(connectionId, 's.1');
  assert.deepEqual(
    claimed.map((doc) => doc._id.at(-1)),
    ['1', '2'],
  );
  assert.deepEqual(await claimOf(connectionId, 's.1'), claimed);
  assert.deepEqual(await claimOf(connectionId, 's.2'), []);
  assert.equal(await inbox.unclaimed(connectionId, ['webhook']), 1);
  await inbox.put(entry(connectionId, '6'));
  assert.equal((await claimOf(connectionId, 's.1')).length, 3);
});

test('what was claimed long ago is found, to be removed', async () => {
  const connectionId = newId();
  await inbox.put(entry(connectionId, '1'));
  await inbox.put(entry(connectionId, '2', { kind: 'callback' }));
  await claimOf(connectionId, 's.1');
  const found = async (before: Date) =>
    (await inbox.claimedBefore(before, 1000)).filter((doc) => doc.connectionId === connectionId);
  assert.deepEqual(await found(at), []);
  const old = await found(new Date(at.getTime() + 1));
  assert.deepEqual(
    old.map(({ _id }) => _id),
    [`webhook/${connectionId}/1`],
  );
  await inbox.remove(old.map(({ _id }) => _id));
  assert.equal(await inbox.get(`webhook/${connectionId}/1`), null);
  assert.equal(await inbox.unclaimed(connectionId, ['callback']), 1);
});

test('the newest link of a session is found; a repeated create makes none', async () => {
  const connectionId = newId();
  const sessionId = `${connectionId}.1`;
  const consent = (state: string) => ({
    _id: `${connectionId}-${state}`,
    connectionId,
    generation: 1,
    sessionId,
    codeVerifier: sealed('v'),
    url: 'https://app.example/authorize',
    createdAt: at,
    expiresAt: at,
    endsAt: null,
  });
  assert.equal(await consents.latest(sessionId), null);
  await consents.create(consent('a'));
  await consents.create(consent('b'));
  await consents.create(consent('a'));
  assert.deepEqual(await consents.latest(sessionId), consent('b'));
  assert.deepEqual(await consents.get(`${connectionId}-a`), consent('a'));
  assert.equal(await consents.latest(`${connectionId}.11`), null);
  await assert.rejects(consents.create({ ...consent('a'), url: 'https://other.example' }), {
    code: 'STORE_CONFLICT',
  });
  for (const n of times(22, (index) => index)) await consents.create(consent(`n${n}`));
  assert.equal((await consents.latest(sessionId))?._id, `${connectionId}-n21`);
});

test('a grant is refreshed by the one who holds its lease', async () => {
  const connectionId = newId();
  const first = {
    connectionId,
    generation: 1,
    account: 'acct',
    secret: sealed('1'),
    expiresAt: at,
    endsAt: null,
  };
  const saved = await grants.save(first);
  assert.deepEqual(await grants.get(connectionId, 1), saved);
  const until = new Date(Date.now() + 60_000);
  const leased = await grants.lease(saved._id, saved.seq, until);
  assert.ok(leased !== null);
  assert.deepEqual(leased.leasedUntil, until);
  assert.equal(await grants.lease(saved._id, saved.seq, until), null);
  assert.equal(await grants.lease(saved._id, leased.seq, until), null);
  const rotated = await grants.rotate(saved._id, leased.seq, {
    secret: sealed('2'),
    expiresAt: null,
    endsAt: null,
  });
  assert.deepEqual([rotated.secret, rotated.leasedUntil], [sealed('2'), null]);
  assert.deepEqual(
    await grants.rotate(saved._id, leased.seq, { secret: sealed('2'), expiresAt: null, endsAt: null }),
    rotated,
  );
  const late = grants.rotate(saved._id, leased.seq, { secret: sealed('3'), expiresAt: null, endsAt: null });
  await assert.rejects(late, { code: 'STORE_CONFLICT' });
});

test('a lease that ran out can be taken; a re-authorization ends it', async () => {
  const connectionId = newId();
  const first = {
    connectionId,
    generation: 1,
    account: 'acct',
    secret: sealed('1'),
    expiresAt: null,
    endsAt: null,
  };
  const saved = await grants.save(first);
  const over = await grants.lease(saved._id, saved.seq, new Date(Date.now() - 1));
  assert.ok(over !== null);
  const leased = await grants.lease(saved._id, over.seq, new Date(Date.now() + 60_000));
  assert.ok(leased !== null);
  const again = await grants.save({ ...first, secret: sealed('9') });
  assert.equal(again.leasedUntil, null);
  assert.ok(again.seq > leased.seq);
  await grants.remove(saved._id);
  await grants.remove(saved._id);
  assert.equal(await grants.get(connectionId, 1), null);
  await assert.rejects(grants.rotate(saved._id, 1, { secret: sealed('x'), expiresAt: null, endsAt: null }), {
    code: 'NOT_FOUND',
  });
});

test('of many that are told at once each is stored once, and everybody hears of their own', async () => {
  const connectionId = newId();
  await inbox.put(entry(connectionId, '7'));
  const told = times(300, (index) => String(index % 150));
  const answers = await Promise.all(told.map((id) => inbox.put(entry(connectionId, id))));
  const stored = told.filter((_, index) => answers[index] === 'stored');
  assert.deepEqual(
    stored.map(Number).sort((a, b) => a - b),
    times(150, (index) => index).filter((id) => id !== 7),
  );
  assert.equal(await inbox.unclaimed(connectionId, ['webhook']), 150);
});
