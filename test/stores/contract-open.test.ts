import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { MongoClient } from 'mongodb';
import { migrate } from '../../stores/migrations.ts';
import { openStores } from '../../stores/open.ts';
import { newDatabase, openTestStores, record, storeUri, times } from './support.ts';

test('a store can be opened by several at once and again', async () => {
  const first = await openTestStores();
  const database = first.db.databaseName;
  const others = await Promise.all(times(3, () => openStores({ uri: storeUri(), database })));
  await Promise.all(others.map((stores) => stores.ping()));
  await Promise.all(others.map((stores) => stores.close()));
  await first.ping();
});

test('a new database may be opened by several at once', async () => {
  const database = newDatabase();
  const all = await Promise.all(times(3, () => openStores({ uri: storeUri(), database })));
  await all[0]?.db.dropDatabase();
  await Promise.all(all.map((stores) => stores.close()));
});

test('a store of a newer version is refused, naming both versions', async () => {
  const { db } = await openTestStores();
  await db.collection<{ _id: string }>('meta').updateOne({ _id: 'schema' }, { $set: { version: 99 } });
  const refused = openStores({ uri: storeUri(), database: db.databaseName });
  await assert.rejects(refused, (error: { code: string; message: string }) => {
    assert.equal(error.code, 'STORE_NEWER');
    assert.match(error.message, /99.*\b2\b/);
    return true;
  });
});

/** A store as the first version of the program left it. */
async function firstStore() {
  const { db } = await openTestStores();
  await db.collection<{ _id: string }>('meta').updateOne({ _id: 'schema' }, { $set: { version: 1 } });
  return db;
}

test('what the first way to deduplicate kept is gone after the start of this program', async () => {
  const db = await firstStore();
  await db.collection<{ _id: string }>('merges').insertOne({ _id: 'c/1/orders/r1' });
  await openStores({ uri: storeUri(), database: db.databaseName }).then((stores) => stores.close());
  assert.equal(await db.collection('merges').countDocuments(), 0);
  assert.equal(await migrate(db), 2);
});

test('migrations run in order, from the version the store has, and two processes may run them at once', async () => {
  const db = await firstStore();
  const ran: number[] = [];
  const steps = [2, 3].map((to) => ({ to, what: `to ${to}`, run: async () => void ran.push(to) }));
  assert.deepEqual(await Promise.all([migrate(db, steps), migrate(db, steps)]), [3, 3]);
  assert.deepEqual([...new Set(ran)], [2, 3]);
  ran.length = 0;
  assert.equal(await migrate(db, steps), 3);
  assert.deepEqual(ran, []);
  await assert.rejects(migrate(db, steps.slice(0, 1)), { code: 'STORE_NEWER' });
});

test('a migration that fails leaves the version, and runs again', async () => {
  const db = await firstStore();
  let broken = true;
  const steps = [
    {
      to: 2,
      what: 'breaks once',
      run: async () => {
        if (broken) throw new Error('cut off');
      },
    },
  ];
  await assert.rejects(migrate(db, steps), /cut off/);
  broken = false;
  assert.equal(await migrate(db, steps), 2);
});

test('a store that is not there is STORE_UNAVAILABLE', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  const opening = openStores({
    uri: `mongodb://127.0.0.1:${port}`,
    database: 'none',
    serverSelectionTimeoutMs: 300,
  });
  await assert.rejects(opening, { code: 'STORE_UNAVAILABLE', retryable: true });
});

test('a closed store is STORE_UNAVAILABLE for every kind of call', async () => {
  const database = newDatabase();
  const stores = await openStores({ uri: storeUri(), database });
  await stores.records.of('c', 1, 'orders').putMany([record('a', {})]);
  await stores.db.dropDatabase();
  await stores.close();
  const gone = { code: 'STORE_UNAVAILABLE' };
  await assert.rejects(stores.ping(), gone);
  await assert.rejects(stores.sessions.get('c.1'), gone);
  await assert.rejects(stores.companies.list(), gone);
  await assert.rejects(stores.records.of('c', 1, 'orders').count(), gone);
  await assert.rejects(async () => {
    for await (const doc of stores.records.of('c', 1, 'orders').stream()) assert.ok(doc);
  }, gone);
});

test('the version is stored under a fixed id', async () => {
  const { db } = await openTestStores();
  const client = await new MongoClient(storeUri()).connect();
  const meta = await client
    .db(db.databaseName)
    .collection<{ _id: string }>('meta')
    .findOne({ _id: 'schema' });
  assert.deepEqual(meta, { _id: 'schema', version: 2 });
  await client.close();
});
