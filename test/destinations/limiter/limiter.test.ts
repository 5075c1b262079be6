import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openTestStores, storeUri } from '../../stores/support.ts';
import { startAirtable } from '../../support/airtable/index.ts';
import { programHere } from '../../support/node.ts';

const stores = await openTestStores();
const signal = AbortSignal.timeout(60_000);

test('two processes together never ask more often than the server allows', async (t) => {
  const server = await startAirtable();
  t.after(() => server.stop());
  const base = server.addBase([{ name: 'T', fields: [{ name: 'id', type: 'singleLineText' }] }]);
  const script = fileURLToPath(new URL('./asking-process.ts', import.meta.url));
  const address = `${server.url}/v0/${base.id}/T`;
  const args = [
    ...programHere(script),
    storeUri(),
    stores.db.databaseName,
    address,
    server.token(),
    '9',
    '2',
  ];
  const ask = async () => (await once(spawn(process.execPath, args, { stdio: 'inherit' }), 'exit'))[0];
  assert.deepEqual(await Promise.all([ask(), ask()]), [0, 0]);
  assert.equal(server.seen.length, 18);
  assert.ok(server.seen.every(({ status }) => status === 200));
});

test('within a process turns come in the order in which they were asked for', async () => {
  const order: number[] = [];
  const turns = [0, 1, 2, 3, 4].map(async (n) => {
    await stores.limiter.takeTurn('order', 50, signal);
    order.push(n);
  });
  await Promise.all(turns);
  assert.deepEqual(order, [0, 1, 2, 3, 4]);
});

test('a lock-out holds everybody back, also who waits already; another name is not held', async () => {
  const turn = await stores.limiter.takeTurn('locked', 5, signal);
  const waiting = stores.limiter.takeTurn('locked', 5, signal);
  const began = performance.now();
  await turn.lockOut(1_000);
  await stores.limiter.takeTurn('free', 5, signal);
  const freeAfter = performance.now() - began;
  await waiting;
  const waited = performance.now() - began;
  assert.ok(waited >= 980, `It waited ${waited} ms.`);
  assert.ok(freeAfter < waited);
});

test('an aborted wait ends at once, and those behind it go on', async () => {
  const turn = await stores.limiter.takeTurn('abort', 5, signal);
  await turn.lockOut(700);
  const abort = new AbortController();
  const first = stores.limiter.takeTurn('abort', 5, abort.signal);
  const second = stores.limiter.takeTurn('abort', 5, signal);
  abort.abort(new Error('no longer wanted'));
  await assert.rejects(first, /no longer wanted/);
  await second;
});
