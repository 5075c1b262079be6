import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkId } from '../../stores/checks.ts';
import { cursorId } from '../../stores/cursors.ts';
import { changeId } from '../../stores/feed.ts';
import { at, connectionDoc, newId, openTestStores, person, times } from './support.ts';

const stores = await openTestStores();

test('a company is made once and can be renamed', async () => {
  const first = await stores.companies.ensure({ id: 'acme', name: 'Acme' });
  assert.deepEqual(await stores.companies.ensure({ id: 'acme', name: 'Acme' }), first);
  assert.deepEqual(await stores.companies.ensure({ id: 'acme', name: 'Acme Ltd' }), {
    ...first,
    name: 'Acme Ltd',
  });
  await stores.companies.ensure({ id: 'aaa', name: 'A' });
  assert.deepEqual(
    (await stores.companies.list()).map((doc) => doc._id),
    ['aaa', 'acme'],
  );
  assert.equal(await stores.companies.get('none'), null);
});

test('an app is put as a whole', async () => {
  await stores.apps.put({ _id: 'shop', baseUrl: 'http://a', clientId: 'id', updatedAt: at });
  await stores.apps.put({ _id: 'shop', baseUrl: 'http://b', updatedAt: at });
  assert.deepEqual(await stores.apps.get('shop'), { _id: 'shop', baseUrl: 'http://b', updatedAt: at });
  assert.equal((await stores.apps.list()).length, 1);
});

test('a connection is created once, listed by company and app, and changed with a rising seq', async () => {
  const { connections } = stores;
  const doc = connectionDoc(newId(), { company: 'one', app: 'a1' });
  await connections.create(doc);
  await assert.rejects(connections.create(doc), { code: 'CONNECTION_EXISTS' });
  await connections.create(connectionDoc(newId(), { company: 'one', app: 'a2' }));
  assert.equal((await connections.list({ company: 'one' })).length, 2);
  assert.deepEqual(await connections.list({ company: 'one', app: 'a1' }), [doc]);
  const changed = await connections.change(doc._id, () => ({ status: 'STARTED', account: 'x' }));
  assert.deepEqual([changed.status, changed.seq], ['STARTED', 1]);
  assert.deepEqual(await connections.get(doc._id), changed);
  assert.deepEqual(await connections.change(doc._id, () => null), changed);
  await assert.rejects(
    connections.change('none', () => null),
    { code: 'NOT_FOUND' },
  );
  assert.equal(await connections.get('none'), null);
});

test('a session is sealed once; its connection knows the newest sealed one', async () => {
  const { _id: connectionId } = await stores.connections.create(connectionDoc(newId()));
  const sealedDoc = (number: number, changes: number) => ({
    _id: `${connectionId}.${number}`,
    connectionId,
    number,
    parts: [{ sessionId: `${connectionId}.${number}`, resource: 'orders', changes }],
    sealedAt: at,
  });
  const first = await stores.feed.seal(sealedDoc(2, 1));
  assert.deepEqual(await stores.feed.seal(sealedDoc(2, 99)), first);
  await stores.feed.seal(sealedDoc(1, 3));
  assert.equal((await stores.connections.get(connectionId))?.sealedSession, 2);
  const ids = times(3, (n) => `${connectionId}.${n + 1}`);
  assert.deepEqual(
    (await stores.feed.getMany(ids)).map((doc) => doc.number),
    [1, 2],
  );
});

test('a change document is written again by a repeated merge', async () => {
  const _id = changeId(`${newId()}.1`, 'orders', 0);
  const doc = { _id, added: ['a'], updated: [], deleted: [] };
  await stores.feed.putChange(doc);
  await stores.feed.putChange({ ...doc, updated: ['b'] });
  assert.deepEqual(await stores.feed.change(_id), { ...doc, updated: ['b'] });
  assert.deepEqual(await stores.feed.changes(['none', _id]), [{ ...doc, updated: ['b'] }]);
  assert.equal(await stores.feed.change('none'), null);
});

test('a cursor is replaced', async () => {
  const doc = { _id: cursorId('c', 1, 'orders'), value: '1', sessionId: 'c.1', at };
  assert.equal(await stores.cursors.get('c', 1, 'orders'), null);
  await stores.cursors.put(doc);
  await stores.cursors.put({ ...doc, value: '2' });
  assert.equal((await stores.cursors.get('c', 1, 'orders'))?.value, '2');
});

test('checks are read by session, and as the history of one check', async () => {
  const connectionId = newId();
  const check = (number: number, resource: string, name: string) => ({
    _id: checkId(`${connectionId}.${number}`, resource, name),
    sessionId: `${connectionId}.${number}`,
    connectionId,
    resource,
    check: name,
    method: 'median of the last passes',
    severity: 'pass' as const,
    value: number,
    expected: '1 to 9',
    sentence: 'As usual.',
    at,
  });
  const docs = [1, 2, 4, 7].flatMap((n) => [check(n, 'orders', 'volume'), check(n, 'items', 'nulls')]);
  await stores.checks.putMany(docs);
  await stores.checks.putMany(docs);
  const ofSession = await stores.checks.forSession(
    `${connectionId}.4`,
    ['items', 'orders'],
    ['volume', 'nulls'],
  );
  assert.deepEqual(
    ofSession.map((doc) => [doc.resource, doc.check]),
    [
      ['items', 'nulls'],
      ['orders', 'volume'],
    ],
  );
  const sessions = [7, 5, 4, 2].map((n) => `${connectionId}.${n}`);
  const history = await stores.checks.ofSessions(sessions, ['orders'], ['volume']);
  assert.deepEqual(
    history.map((doc) => doc.value),
    [7, 4, 2],
  );
  assert.deepEqual(await stores.checks.ofSessions([], ['orders'], ['volume']), []);
});

test('receipts and skipped starts are put by id and listed', async () => {
  const told = { by: person, at, grantRevoked: true, keptData: false, resources: [], collections: [] };
  const receipt = { _id: 'c/1', ...told, signature: 's' };
  await stores.receipts.keep(receipt);
  assert.deepEqual(await stores.receipts.keep({ ...receipt, grantRevoked: false }), receipt);
  assert.deepEqual(await stores.receipts.list(5), [receipt]);
  assert.deepEqual(await stores.receipts.get('c/1'), receipt);

  const skipped = (n: number, connectionId: string) => ({
    _id: `tick-${n}`,
    connectionId,
    reason: 'NOTHING_TO_DO',
    by: person,
    at: new Date(at.getTime() + n),
  });
  for (const doc of [skipped(1, 'c'), skipped(2, 'd'), skipped(3, 'c')]) await stores.skippedStarts.put(doc);
  assert.deepEqual(
    (await stores.skippedStarts.list({ limit: 2 })).map((doc) => doc._id),
    ['tick-3', 'tick-2'],
  );
  assert.equal((await stores.skippedStarts.list({ connectionId: 'c', limit: 5 })).length, 2);
  assert.deepEqual(await stores.skippedStarts.get('tick-1'), skipped(1, 'c'));
});
