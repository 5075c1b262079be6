import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { doctor } from '../../platform/setup/doctor.ts';
import { ensureEngine } from '../../platform/setup/engine.ts';
import { climb } from '../../platform/setup/ladder.ts';
import { ensureStore, storeData } from '../../platform/setup/store.ts';

const silent = (): void => undefined;

/** A machine on which nothing is installed, cached or reachable. */
async function bareMachine(t: TestContext): Promise<{ folder: string; env: NodeJS.ProcessEnv }> {
  const folder = await mkdtemp(join(tmpdir(), 'tributary-bare-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  t.mock.method(globalThis, 'fetch', async () => {
    throw new TypeError('fetch failed', { cause: new Error('offline') });
  });
  return {
    folder,
    env: { PATH: folder, HOME: folder, XDG_CACHE_HOME: folder, TRIBUTARY_DATA: join(folder, 'data') },
  };
}

async function install(folder: string, program: string, says: string): Promise<void> {
  await writeFile(join(folder, program), `#!/bin/sh\necho '${says}'\n`);
  await chmod(join(folder, program), 0o755);
}

test('without any way to the engine each one is listed, with what went wrong and what to install', async (t) => {
  const { folder, env } = await bareMachine(t);
  await install(folder, 'go', 'go version go1.19.2 linux/amd64');
  await assert.rejects(ensureEngine({ say: silent, env }), (error: Error) => {
    assert.equal((error as Error & { code: string }).code, 'ENGINE_NOT_FOUND');
    assert.match(error.message, /TEMPORAL_ADDRESS: it is not set/);
    assert.match(error.message, /temporal is not on PATH/);
    assert.match(error.message, /temporal\.download cannot be reached \(offline\)/);
    assert.match(error.message, /go 1\.19\.2 is too old/);
    assert.match(error.message, /To use it: install Go/);
    return true;
  });
});

test('without any way to the store each one is listed, with what went wrong and what to install', async (t) => {
  const { folder, env } = await bareMachine(t);
  await install(folder, 'java', 'openjdk version "17.0.1" 2021-10-19');
  await assert.rejects(ensureStore({ say: silent, env }), (error: Error) => {
    assert.equal((error as Error & { code: string }).code, 'STORE_NOT_FOUND');
    assert.match(error.message, /MONGODB_URI: it is not set/);
    assert.match(error.message, /mongod is not on PATH/);
    assert.match(error.message, /fastdl\.mongodb\.org cannot be reached \(offline\)/);
    assert.match(error.message, /javac is not on PATH/);
    assert.match(error.message, /To use it: install a JDK 17/);
    return true;
  });
});

test('addresses in the environment come first', async (t) => {
  const { env } = await bareMachine(t);
  const lines: string[] = [];
  const say = (line: string): number => lines.push(line);
  const withAddresses = {
    ...env,
    TEMPORAL_ADDRESS: 'engine:7233',
    MONGODB_URI: 'mongodb://me:hunter2@store',
  };
  assert.equal((await ensureEngine({ say, env: withAddresses })).kind, 'address');
  assert.equal((await ensureStore({ say, env: withAddresses })).kind, 'address');
  assert.deepEqual(lines, [
    'engine: Temporal at engine:7233 (TEMPORAL_ADDRESS)',
    'store: MongoDB at mongodb://store (MONGODB_URI)',
  ]);
});

test('data that one kind of store wrote are not left aside for another kind', async (t) => {
  const { folder, env } = await bareMachine(t);
  await install(folder, 'mongod', 'db version v8.0.4');
  const dataFolder = join(folder, 'data');
  await mkdir(dataFolder);
  assert.equal((await ensureStore({ say: silent, env, dataFolder })).kind, 'mongod');
  await writeFile(storeData.java(dataFolder), '');
  await assert.rejects(ensureStore({ say: silent, env, dataFolder }), /cannot read the data that are there/);
});

test('a way that fails while it is taken is not the end', async () => {
  const look = async () => ({ state: 'ready' as const, detail: '' });
  const ways = [
    { name: 'a', remedy: 'mend a', look, take: () => Promise.reject(new Error('broken')) },
    { name: 'b', remedy: 'mend b', look, take: async () => 'b' },
  ];
  assert.equal(await climb('ENGINE_NOT_FOUND', 'engine', ways, silent), 'b');
});

test('the doctor reports every way', async (t) => {
  const { env } = await bareMachine(t);
  const reports = await doctor({ ...env, TEMPORAL_ADDRESS: 'engine:7233' });
  const states = reports.map(({ name, state }) => `${name} ${state}`);
  assert.equal(states.filter((line) => line === 'engine used').length, 1);
  assert.equal(states.filter((line) => line === 'store missing').length, 4);
});
