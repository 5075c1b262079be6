import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { cursorId } from '../../stores/cursors.ts';
import { changeId } from '../../stores/feed.ts';
import { mergeCollection, recordsCollection } from '../../stores/names.ts';
import { allocate, at, loadingSession, openTestStores, record, sealed, times } from './support.ts';

const stores = await openTestStores();
const resources = ['orders', 'items'];
const hashOf = (ids: readonly string[]) =>
  createHash('sha256')
    .update(
      ids
        .toSorted()
        .map((id) => `${id}\n`)
        .join(''),
    )
    .digest('hex');

/** A connection with two sessions of generation 1, one of generation 2, and something in every collection. */
async function fill() {
  const { connection, sessionId } = await loadingSession(stores);
  const connectionId = connection._id;
  const second = await allocate(stores, connection, 'run-second');
  const next = await stores.connections.change(connectionId, () => ({ generation: 2 }));
  const third = await allocate(stores, next, 'run-third');
  for (const [generation, id] of [
    [1, sessionId],
    [1, second._id],
    [2, third._id],
  ] as const) {
    await stores.loading.begin({ sessionId: id, resource: 'orders', at });
    for (const number of times(6, (n) => n)) {
      const batch = {
        sessionId: id,
        resource: 'orders',
        number,
        attempt: 1,
        rows: [1],
        bytes: 1,
        next: null,
      };
      await stores.loading.appendBatch({ ...batch, cursor: null, total: null, last: false });
      const _id = changeId(id, 'orders', number);
      await stores.feed.putChange({ _id, added: [], updated: [], deleted: [] });
    }
    await stores.records
      .of(connectionId, generation, 'orders')
      .putMany(times(3, (n) => record(`k${n}`, { n })));
    const quarantined = {
      sessionId: id,
      key: null,
      reason: 'TOO_LARGE' as const,
      message: '',
      payload: 1,
      at,
    };
    await stores.quarantine
      .of(connectionId, generation, 'items')
      .putMany([{ ...quarantined, _id: `${id}/items/0/0` }]);
    await stores.cursors.put({
      _id: cursorId(connectionId, generation, 'orders'),
      value: '1',
      sessionId: id,
      at,
    });
    await stores.grants.save({
      connectionId,
      generation,
      account: 'a',
      secret: sealed('s'),
      expiresAt: null,
      endsAt: null,
    });
    const consent = { connectionId, generation, sessionId: id, codeVerifier: sealed('v'), url: 'u' };
    await stores.consents.create({ ...consent, _id: `state-${id}`, createdAt: at, expiresAt: at });
    const entry = { connectionId, generation, kind: 'webhook' as const, payload: null, receivedAt: at };
    await stores.inbox.put({ ...entry, _id: `webhook/${id}/1` });
    const merged = { _id: 'x', survivor: 'k0', record: record('x', { secret: 1 }), mergedIn: id };
    await stores.merges.of(connectionId, generation, 'orders').members.putMany([merged]);
  }
  return { connectionId, sessions: [sessionId, second._id, third._id] as const };
}

test('a purge deletes one generation and tells what; the next generation stays', async () => {
  const { connectionId, sessions } = await fill();
  const [first, second, third] = sessions;
  const purged = await stores.purge({ connectionId, generation: 1, resources }, { keepData: false });
  const told = new Map(purged.map((one) => [one.name, one]));
  const expected: [string, string[]][] = [
    ['grants', [`${connectionId}/1`]],
    ['inbox', [`webhook/${first}/1`, `webhook/${second}/1`]],
    ['consents', [`state-${first}`, `state-${second}`]],
    ['consentLinks', [`${first}/1`, `${second}/1`]],
    ['checkpoints', [`${first}/orders`, `${second}/orders`]],
    ['batches', [first, second].flatMap((id) => times(6, (n) => `${id}/orders/${n}`))],
    ['changes', [first, second].flatMap((id) => times(6, (n) => changeId(id, 'orders', n)))],
    ['cursors', [`${connectionId}/1/orders`]],
    [mergeCollection('mergeMembers', connectionId, 1, 'orders'), ['x']],
    [recordsCollection(connectionId, 1, 'orders'), ['k0', 'k1', 'k2']],
    [`quarantine.${connectionId}.1.items`, [`${first}/items/0/0`, `${second}/items/0/0`]],
  ];
  for (const [name, ids] of expected)
    assert.deepEqual(told.get(name), { name, outcome: 'deleted', count: ids.length, hash: hashOf(ids) });
  assert.equal(told.get(recordsCollection(connectionId, 1, 'items'))?.count, 0);

  assert.equal(await stores.records.of(connectionId, 1, 'orders').count(), 0);
  assert.equal(await stores.loading.readBatch(first, 'orders', 5), null);
  assert.equal(await stores.grants.get(connectionId, 1), null);
  assert.equal(await stores.merges.of(connectionId, 1, 'orders').members.get('x'), null);
  assert.equal((await stores.sessions.timeline(first)).length, 1);

  assert.equal(await stores.records.of(connectionId, 2, 'orders').count(), 3);
  assert.notEqual(await stores.loading.readBatch(third, 'orders', 5), null);
  assert.notEqual(await stores.feed.change(changeId(third, 'orders', 5)), null);
  assert.notEqual(await stores.grants.get(connectionId, 2), null);
  assert.notEqual(await stores.consents.latest(third), null);
  assert.equal(await stores.inbox.unclaimed(connectionId, ['webhook']), 1);
});

test('a repeated purge tells the same, and deletes what came late', async () => {
  const { connectionId } = await fill();
  const first = await stores.purge({ connectionId, generation: 1, resources }, { keepData: false });
  await stores.records.of(connectionId, 1, 'orders').putMany([record('late', {})]);
  assert.deepEqual(
    await stores.purge({ connectionId, generation: 1, resources }, { keepData: false }),
    first,
  );
  assert.equal(await stores.records.of(connectionId, 1, 'orders').count(), 0);
});

test('keepData leaves records, quarantine, changes and merges, and nothing that authorizes or loads', async () => {
  const { connectionId, sessions } = await fill();
  const owner = { connectionId, generation: 1, resources };
  const purged = await stores.purge(owner, { keepData: true });
  const gone = purged.filter(({ outcome }) => outcome !== 'kept').map(({ name }) => name);
  assert.deepEqual(gone, [
    ...['grants', 'schedules', 'connections.secrets', 'inbox', 'consents', 'connectLinks', 'consentLinks'],
    ...['checkpoints', 'batches', 'cursors', 'schemas', 'exchanges'],
    ...['figures', 'benchmarkGroups.members', 'events.connectLink'],
  ]);
  const kept = new Map(purged.filter(({ outcome }) => outcome === 'kept').map((one) => [one.name, one]));
  assert.equal(kept.get(recordsCollection(connectionId, 1, 'orders'))?.count, 3);
  assert.deepEqual(await stores.compare(owner, purged), []);
  assert.equal(await stores.records.of(connectionId, 1, 'orders').count(), 3);
  assert.equal(await stores.quarantine.of(connectionId, 1, 'items').count(), 2);
  assert.notEqual(await stores.feed.change(changeId(sessions[0], 'orders', 0)), null);
  assert.notEqual(await stores.merges.of(connectionId, 1, 'orders').members.get('x'), null);
  assert.equal(await stores.grants.get(connectionId, 1), null);
  assert.equal(await stores.cursors.get(connectionId, 1, 'orders'), null);

  const rest = await stores.purge(owner, { keepData: false, keptOnly: true });
  assert.equal(await stores.records.of(connectionId, 1, 'orders').count(), 0);
  const after = purged.map((entry) => rest.find(({ name }) => name === entry.name) ?? entry);
  assert.deepEqual(await stores.compare(owner, after), []);
});

test('a receipt is compared with what is there: back again, changed, gone, not told', async () => {
  const { connectionId, sessions } = await fill();
  const owner = { connectionId, generation: 1, resources };
  const problems = async (entries: Parameters<typeof stores.compare>[1]) =>
    (await stores.compare(owner, entries)).map(({ name, problem }) => [name, problem]);
  const kept = await stores.purge(owner, { keepData: true });
  const records = recordsCollection(connectionId, 1, 'orders');
  await stores.records.of(connectionId, 1, 'orders').putMany([record('k1', { n: 'other' })]);
  assert.deepEqual(await problems(kept), [[records, 'CHANGED']]);

  const deleted = await stores.purge(owner, { keepData: false });
  assert.deepEqual(await problems(deleted), []);
  await stores.records.of(connectionId, 1, 'orders').putMany([record('late', {})]);
  await stores.loading.begin({ sessionId: sessions[0], resource: 'orders', at });
  assert.deepEqual(await problems(deleted), [
    ['checkpoints', 'THERE'],
    [records, 'THERE'],
  ]);
  const others = deleted.filter(({ name }) => name !== records);
  assert.deepEqual(await problems(others), [
    ['checkpoints', 'THERE'],
    [records, 'NOT_IN_RECEIPT'],
  ]);
});

test('a purge of what is not there tells empty collections', async () => {
  const purged = await stores.purge(
    { connectionId: 'nobody', generation: 1, resources: ['orders'] },
    { keepData: false },
  );
  assert.ok(purged.every((one) => one.count === 0 && one.hash === hashOf([])));
});
