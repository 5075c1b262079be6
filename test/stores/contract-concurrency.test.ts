import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { programHere } from '../support/node.ts';
import {
  allocate,
  at,
  connectionDoc,
  loadingSession,
  newId,
  openTestStores,
  outcomes,
  record,
  sealed,
  step,
  storeUri,
  times,
  write,
} from './support.ts';

const stores = await openTestStores();

test('20 runs at once get 20 numbers', async () => {
  const connection = await stores.connections.create(connectionDoc(newId()));
  const docs = await Promise.all(times(20, (index) => allocate(stores, connection, `run-${index}`)));
  assert.deepEqual(
    docs.map((doc) => doc.number).sort((a, b) => a - b),
    times(20, (index) => index + 1),
  );
  assert.equal((await stores.connections.get(connection._id))?.latestSession, 20);
});

test('two processes allocate different numbers and lose no change of the connection', async () => {
  const connection = await stores.connections.create(connectionDoc(newId()));
  const child = (name: string) => {
    const script = fileURLToPath(new URL('./allocating-process.ts', import.meta.url));
    const args = [...programHere(script), storeUri(), stores.db.databaseName, connection._id, name];
    return spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  };
  const exits = await Promise.all(['a', 'b'].map(async (name) => (await once(child(name), 'exit'))[0]));
  assert.deepEqual(exits, [0, 0]);
  const all = await stores.sessions.list({ connectionId: connection._id, limit: 100 });
  assert.deepEqual(
    all.map((doc) => doc.number),
    times(12, (index) => 12 - index),
  );
  assert.equal(new Set(all.map((doc) => doc.runIds[0])).size, 12);
  assert.equal((await stores.connections.get(connection._id))?.latestSession, 12);
});

test('20 changes of one connection at once are all kept', async () => {
  const { _id } = await stores.connections.create(connectionDoc(newId()));
  const add = () =>
    stores.connections.change(_id, (doc) => ({
      resources: [...doc.resources, { id: 'more', enabled: true }],
    }));
  await Promise.all(times(10, add));
  const after = await stores.connections.get(_id);
  assert.equal(after?.resources.length, 11);
  assert.equal(after?.seq, 10);
});

test('of 20 attempts at one batch number one is stored, and all go on from it', async () => {
  const { sessionId } = await loadingSession(stores);
  const batch = {
    sessionId,
    resource: 'orders',
    number: 0,
    bytes: 9,
    cursor: null,
    total: null,
    last: false,
  };
  const told = await Promise.all(
    times(20, (attempt) =>
      stores.loading.appendBatch({ ...batch, attempt, rows: [attempt], next: `page-${attempt}` }),
    ),
  );
  const stored = await stores.loading.readBatch(sessionId, 'orders', 0);
  assert.ok(stored !== null);
  for (const one of told) assert.deepEqual([one.attempt, one.next], [stored.attempt, stored.next]);
  assert.deepEqual(stored.rows, [stored.attempt]);
});

test('20 sessions claim one entry: one has it', async () => {
  const { connection } = await loadingSession(stores);
  const entry = {
    _id: `callback/${connection._id}/1`,
    connectionId: connection._id,
    generation: 1,
    payload: null,
  };
  await stores.inbox.put({ ...entry, kind: 'callback', receivedAt: at });
  const claim = (n: number) =>
    stores.inbox.claim({
      connectionId: connection._id,
      generation: 1,
      kinds: ['callback'],
      sessionId: `s.${n}`,
      at,
    });
  const claims = await Promise.all(times(20, claim));
  assert.equal(claims.flat().length, 1);
  const winner = claims.findIndex((one) => one.length === 1);
  assert.equal((await claim(winner)).length, 1);
  assert.equal((await stores.inbox.get(entry._id))?.claimedBy, `s.${winner}`);
});

test('20 refreshers ask for the lease: one has it', async () => {
  const connectionId = newId();
  const grant = await stores.grants.save({
    connectionId,
    generation: 1,
    account: 'a',
    secret: sealed('1'),
    expiresAt: null,
    endsAt: null,
  });
  const until = new Date(Date.now() + 60_000);
  const leases = await Promise.all(times(20, () => stores.grants.lease(grant._id, grant.seq, until)));
  assert.equal(leases.filter((lease) => lease !== null).length, 1);
});

test('20 writers of one status: the same write succeeds for all, of different ones one wins', async () => {
  const { sessionId } = await loadingSession(stores);
  const same = write(sessionId, [step(2, 2, 12, 'loaded', 'LOADED')]);
  await Promise.all(times(20, () => stores.sessions.writeStatus(same)));
  const different = times(20, (index) => ({
    ...step(3, 12, 13, 'structure', 'STRUCTURING'),
    note: `${index}`,
  }));
  const { values, errors } = await outcomes(
    different.map((one) => stores.sessions.writeStatus(write(sessionId, [one]))),
  );
  assert.equal(values.length, 1);
  assert.ok(errors.every((error) => (error as { code: string }).code === 'STORE_CONFLICT'));
  assert.equal((await stores.sessions.get(sessionId))?.seq, 3);
});

test('two writers of the same new records do not disturb each other', async () => {
  const { connection } = await loadingSession(stores);
  const records = stores.records.of(connection._id, 1, 'orders');
  const docs = times(300, (index) => record(`k${index}`, { index }));
  await Promise.all(times(4, () => records.putMany(docs)));
  assert.equal(await records.count(), 300);
});
