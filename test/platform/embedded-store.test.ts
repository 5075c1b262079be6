import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { MongoClient } from 'mongodb';
import { startStore } from '../../platform/setup/start-store.ts';
import { ensureStore } from '../../platform/setup/store.ts';

test('a killed store has every write that it acknowledged', async (t) => {
  const dataFolder = await mkdtemp(join(tmpdir(), 'tributary-killed-'));
  t.after(() => rm(dataFolder, { recursive: true, force: true }));
  // Whatever store the other tests run on, this one is about the embedded kind.
  const { MONGODB_URI: _, ...env } = process.env;
  const program = await ensureStore({ say: () => undefined, env, dataFolder });

  const store = await startStore({ program, dataFolder });
  t.after(() => store.stop());
  const client = await MongoClient.connect(store.uri, { serverSelectionTimeoutMS: 500, retryWrites: false });
  const rows = client.db('kill').collection<{ _id: number }>('rows');
  const acknowledged: number[] = [];
  const writer = async (first: number): Promise<void> => {
    for (let id = first; ; id += 4) {
      await rows.insertOne({ _id: id });
      acknowledged.push(id);
      if (acknowledged.length === 400) process.kill(store.pid as number, 'SIGKILL');
    }
  };
  await Promise.allSettled([0, 1, 2, 3].map(writer));
  await client.close();
  assert.ok(acknowledged.length >= 400);

  const again = await startStore({ program, dataFolder });
  t.after(() => again.stop());
  const reader = await MongoClient.connect(again.uri);
  const found = new Set(
    (await reader.db('kill').collection<{ _id: number }>('rows').find().toArray()).map((row) => row._id),
  );
  await reader.close();
  assert.deepEqual(
    acknowledged.filter((id) => !found.has(id)),
    [],
  );
});
