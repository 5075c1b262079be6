import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { type TestContext, test } from 'node:test';
import { freePort } from '../../platform/setup/ports.ts';

async function listen(t: TestContext, port: number): Promise<Server> {
  const server = createServer((socket) => socket.destroy()).listen(port, '127.0.0.1');
  t.after(() => server.close());
  await once(server, 'listening');
  return server;
}

test('a port that is picked is none that the system gives to whoever asks for any', async (t) => {
  const given: number[] = [];
  while (given.length < 500) given.push(((await listen(t, 0)).address() as AddressInfo).port);
  const picked = await Promise.all(Array.from({ length: 200 }, freePort));
  const [least, greatest] = [Math.min(...given), Math.max(...given)];
  assert.deepEqual(
    picked.filter((port) => port >= least && port <= greatest),
    [],
  );
  assert.equal(new Set(picked).size, picked.length);
});
