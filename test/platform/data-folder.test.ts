import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { lockDataFolder } from '../../platform/setup/data-folder.ts';
import { pickPort } from '../../platform/setup/ports.ts';
import { asHere } from '../support/node.ts';

async function temporaryFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tributary-data-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

test('a second start on a data folder is refused, naming process and address', async (t) => {
  const folder = await temporaryFolder(t);
  const lock = await lockDataFolder(folder);
  await lock.update({ address: 'http://127.0.0.1:7700' });
  await assert.rejects(lockDataFolder(folder), {
    code: 'DATA_FOLDER_IN_USE',
    message: new RegExp(`Process ${process.pid} at http://127.0.0.1:7700 `),
  });
  await lock.release();
  await (await lockDataFolder(folder)).release();
});

test('one of many at the same time gets the data folder', async (t) => {
  const folder = await temporaryFolder(t);
  const results = await Promise.allSettled(Array.from({ length: 8 }, () => lockDataFolder(folder)));
  assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 1);
});

test('the lock of a dead process is taken over', async (t) => {
  const folder = await temporaryFolder(t);
  const script = `
    const { lockDataFolder } = await import(${JSON.stringify(new URL('../../platform/setup/data-folder.ts', import.meta.url).href)});
    await lockDataFolder(${JSON.stringify(folder)});
    process.stdout.write('locked');
    setInterval(() => {}, 1000);`;
  const args = [...asHere, '--input-type=module', '-e', script];
  const other = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(other.stdout, 'data');
  await assert.rejects(lockDataFolder(folder), { code: 'DATA_FOLDER_IN_USE' });
  other.kill('SIGKILL');
  await once(other, 'exit');
  await (await lockDataFolder(folder)).release();
});

test('the lock of a process whose pid now belongs to another is taken over', async (t) => {
  const folder = await temporaryFolder(t);
  await lockDataFolder(folder);
  const file = join(folder, 'lock.json');
  const info = JSON.parse(await readFile(file, 'utf8'));
  await writeFile(file, JSON.stringify({ ...info, started: 'long ago' }));
  await (await lockDataFolder(folder)).release();
});

test('a port is remembered, and another is picked while it is taken', async (t) => {
  const folder = await temporaryFolder(t);
  const port = await pickPort(folder, 'engine');
  assert.equal(await pickPort(folder, 'engine'), port);
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  assert.notEqual(await pickPort(folder, 'engine'), port);
  server.close();
});
