import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ChildSpec } from '../../platform/processes/child.ts';
import { createSupervisor } from '../../platform/processes/supervisor.ts';
import { untilAnswers } from '../../platform/setup/until-answers.ts';
import { asHere } from '../support/node.ts';

const node = (name: string, script: string, more: Partial<ChildSpec> = {}): ChildSpec => ({
  name,
  command: process.execPath,
  args: ['-e', script],
  ...more,
});
const forever = 'setInterval(() => {}, 1000)';

/** Collects lines and waits for one that matches. */
function lineWatch() {
  const lines: string[] = [];
  let arrived: () => void = () => undefined;
  return {
    lines,
    add: (line: string): void => {
      lines.push(line);
      arrived();
    },
    until: async (pattern: RegExp): Promise<void> => {
      while (!lines.some((line) => pattern.test(line))) {
        await new Promise<void>((resolve) => {
          arrived = resolve;
        });
      }
    },
  };
}

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

test('a dead child is restarted, and it is said', async () => {
  const said = lineWatch();
  const supervisor = createSupervisor({ say: said.add, firstBackoffMs: 20 });
  const child = await supervisor.start(node('worker', forever));
  const first = child.pid;
  process.kill(first, 'SIGKILL');
  await said.until(/runs again/);
  assert.match(said.lines[0] ?? '', /worker ended by signal SIGKILL; starting it again in 0\.0 s/);
  assert.notEqual(child.pid, first);
  await supervisor.stop();
  assert.equal(isAlive(child.pid), false);
  assert.equal(await supervisor.ended, undefined);
});

test('the fifth death within a minute stops everything and shows the last lines', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'tributary-supervisor-'));
  t.after(() => rm(folder, { recursive: true }));
  const logFile = join(folder, 'logs', 'api.log');
  const supervisor = createSupervisor({ say: () => undefined, firstBackoffMs: 1 });
  const healthy = await supervisor.start(node('store', forever));
  await supervisor.start(node('api', 'console.log("port taken"); process.exit(3)', { logFile }));
  const fault = await supervisor.ended;
  assert.match(
    fault?.message ?? '',
    /api died five times within a minute, the last time by code 3.*port taken/s,
  );
  assert.equal(isAlive(healthy.pid), false);
  assert.equal((await readFile(logFile, 'utf8')).match(/port taken/g)?.length, 5);
});

test('children are stopped the youngest first; one that does not want to is killed', async () => {
  const ended: string[] = [];
  const supervisor = createSupervisor({ say: () => undefined });
  const ready = lineWatch();
  const stubborn = `process.on("SIGTERM", () => {}); console.log("up"); ${forever}`;
  const options: Partial<ChildSpec> = { onLine: ready.add, graceMs: 100 };
  for (const spec of [node('engine', forever), node('worker', stubborn, options)]) {
    const child = await supervisor.start(spec);
    void child.exited.then((how) => ended.push(`${child.name} ${how}`));
  }
  await ready.until(/up/);
  await supervisor.stop();
  assert.deepEqual(ended, ['worker signal SIGKILL', 'engine signal SIGTERM']);
});

test('children end when their parent is killed', async () => {
  const supervisorUrl = new URL('../../platform/processes/supervisor.ts', import.meta.url).href;
  const script = `
    const { createSupervisor } = await import(${JSON.stringify(supervisorUrl)});
    const supervisor = createSupervisor({ say: console.log });
    const say = 'process.on("SIGTERM", () => { console.log("bye"); process.exit() }); ${forever}';
    const child = await supervisor.start({ name: 'a', command: process.execPath, args: ['-e', say] });
    console.log(child.pid);`;
  const args = [...asHere, '--input-type=module', '-e', script];
  const parent = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(parent.stdout, 'data');
  const pid = Number(String(line));
  assert.ok(isAlive(pid));
  parent.kill('SIGKILL');
  const until = Date.now() + 5000;
  while (isAlive(pid) && Date.now() < until) await new Promise((resolve) => setImmediate(resolve));
  assert.equal(isAlive(pid), false);
});

test('a program that ends at its first start is waited for while a supervisor starts it again', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'tributary-supervisor-'));
  t.after(() => rm(folder, { recursive: true }));
  const mark = join(folder, 'started-before');
  const script = `const fs = require('node:fs');
    if (!fs.existsSync(${JSON.stringify(mark)})) { fs.writeFileSync(${JSON.stringify(mark)}, ''); process.exit(1); }
    fs.writeFileSync(${JSON.stringify(`${mark}.ready`)}, 'yes');
    ${forever}`;
  const supervisor = createSupervisor({ say: () => undefined, firstBackoffMs: 50 });
  t.after(() => supervisor.stop());
  const child = await supervisor.start(node('moody', script));
  const ask = () => readFile(`${mark}.ready`, 'utf8');
  const answer = await untilAnswers({
    name: 'moody',
    code: 'ENGINE_UNAVAILABLE',
    child,
    withinMs: 10_000,
    ask,
  });
  assert.equal(answer, 'yes');
});
