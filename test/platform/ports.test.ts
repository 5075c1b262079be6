import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { type TestContext, test } from 'node:test';
import { type Launch, startChild } from '../../platform/processes/child.ts';
import { ensureEngine } from '../../platform/setup/engine.ts';
import { freePort } from '../../platform/setup/ports.ts';
import { startEngine } from '../../platform/setup/start-engine.ts';
import { startStore } from '../../platform/setup/start-store.ts';
import { javaStore } from '../support/embedded-store/programs.ts';

async function listen(t: TestContext, port: number): Promise<Server> {
  const server = createServer((socket) => socket.destroy()).listen(port, '127.0.0.1');
  t.after(() => server.close());
  await once(server, 'listening');
  return server;
}

const portOf = (address: string): number => Number(address.split(':').at(-1));

/** Starts a program after another one has taken its port. */
const losing =
  (t: TestContext): Launch =>
  async (spec) => {
    await listen(t, Number(spec.args.find((arg) => /^\d{4,5}$/.test(arg))));
    return startChild(spec);
  };

async function engineProgram() {
  const { TEMPORAL_ADDRESS: _, ...env } = process.env;
  return ensureEngine({ say: () => undefined, env });
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

test('a store whose port was taken while it started ends, and says so', async (t) => {
  await assert.rejects(startStore({ program: await javaStore(), launch: losing(t) }), {
    code: 'STORE_UNAVAILABLE',
    message: /it ended by code 1\n(?:.*\n)* {2}port \d+ cannot be used: .*already in use$/,
  });
});

test('an engine whose port was taken while it started ends, and says so', async (t) => {
  await assert.rejects(startEngine({ program: await engineProgram(), launch: losing(t) }), {
    code: 'ENGINE_UNAVAILABLE',
    message: /it ended by code 1\n.*port \d+.*already in use/,
  });
});

test('a store is not mistaken for another one that has its port', async (t) => {
  const program = await javaStore();
  const first = await startStore({ program });
  t.after(() => first.stop());
  const port = portOf(first.uri);
  await assert.rejects(startStore({ program, port }), {
    code: 'STORE_UNAVAILABLE',
    message: `The store (MongoDB) cannot be started: port ${port} of 127.0.0.1 is taken.`,
  });
});

test('an engine is not mistaken for another one that has its port', async (t) => {
  const program = await engineProgram();
  const first = await startEngine({ program });
  t.after(() => first.stop());
  const port = portOf(first.address);
  await assert.rejects(startEngine({ program, port }), {
    code: 'ENGINE_UNAVAILABLE',
    message: `The engine (Temporal) cannot be started: port ${port} of 127.0.0.1 is taken.`,
  });
});
