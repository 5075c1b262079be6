import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { createLineCutter } from '../../../connectors/program/lines.ts';
import { type ProgramSpec, type RunningProgram, runProgram } from '../../../connectors/program/run.ts';
import { TributaryError } from '../../../domain/errors.ts';
import { asHere } from '../../support/node.ts';
import { until } from '../../support/until.ts';

const odd = fileURLToPath(new URL('../../support/taps/odd.mjs', import.meta.url));

const run = (does: string, more: Partial<ProgramSpec> = {}): Promise<RunningProgram> =>
  runProgram({
    command: [process.execPath, odd],
    args: [does],
    signal: new AbortController().signal,
    quietMs: 20_000,
    ...more,
  });

/** All that a program gives, and how that ends. */
async function outcome(does: string, more: Partial<ProgramSpec> = {}) {
  const program = await run(does, more);
  const lines: string[] = [];
  try {
    for await (const line of program.lines) lines.push(line);
    await program.finished();
    return { lines, error: undefined, message: '' };
  } catch (error) {
    assert.ok(error instanceof TributaryError, String(error));
    return { lines, error: error.code, message: error.message };
  } finally {
    await program.stop();
  }
}

const gone = (pid: number) =>
  until(`the end of process ${pid}`, async () => {
    // Ended, and perhaps not yet fetched by anybody.
    const state = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ') X');
    return /\) [ZX]/.test(state) ? { found: true } : { seen: state.slice(0, 40) };
  });

test('lines come as they are, empty ones do not', async () => {
  assert.deepEqual(await outcome('lines'), { lines: ['{"a":1}', '{"a":2}'], error: undefined, message: '' });
});

test('a last line without its newline counts when it is whole; half of one does not', async () => {
  assert.deepEqual((await outcome('wholeLastLine')).lines, ['{"a":1}', '{"a":2}']);
  const half = await outcome('halfLine');
  assert.deepEqual(half.lines, ['{"a":1}']);
  assert.equal(half.error, 'SOURCE_PROGRAM_GARBAGE');
  assert.match(half.message, /Line 2 .* is cut off.*\{"a":/);
});

test('a program that fails in the middle of a line has failed, with its last words but no secret', async () => {
  const { lines, error, message } = await outcome('halfLineThenFail', { secrets: ['secret-of-mine'] });
  assert.deepEqual(lines, ['{"a":1}']);
  assert.equal(error, 'SOURCE_PROGRAM_FAILED');
  assert.match(message, /ended with code 3\. It said: the disk of \[redacted\] is full/);
});

test('what is no UTF-8 is told with its line', async () => {
  const { lines, error, message } = await outcome('noText');
  assert.deepEqual(lines, ['{"a":1}']);
  assert.equal(error, 'SOURCE_PROGRAM_GARBAGE');
  assert.match(message, /Line 2 .* is not UTF-8/);
});

for (const does of ['longLine', 'neverLine'])
  test(`memory stays flat whatever the length of a line: ${does}`, async () => {
    const before = process.memoryUsage().rss;
    let highest = before;
    const watch = setInterval(() => {
      highest = Math.max(highest, process.memoryUsage().rss);
    }, 10);
    const { lines, error, message } = await outcome(does);
    clearInterval(watch);
    assert.deepEqual(lines, ['{"a":1}']);
    assert.equal(error, 'SOURCE_PROGRAM_GARBAGE');
    assert.match(message, /Line 2 .* is longer than 16,777,216 bytes/);
    assert.ok(highest - before < 100e6, `${Math.round((highest - before) / 1e6)} MB more`);
  });

test('a program waits while nobody reads', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'tributary-test-'));
  const file = join(folder, 'written');
  const written = async () => Number(await readFile(file, 'utf8').catch(() => '0'));
  const program = await run('countsWhatIsTaken', { args: ['countsWhatIsTaken', file] });
  t.after(async () => {
    await program.stop();
    await rm(folder, { recursive: true });
  });
  const lines = program.lines[Symbol.asyncIterator]();
  await lines.next();
  let before = -1;
  await until('the writer to stand still', async () => {
    const now = await written();
    const found = now > 0 && now === before;
    before = now;
    return found ? { found } : { seen: String(now) };
  });
  assert.ok(before < 2_000, `${before} of 100,000 lines`);
  for (let taken = 0; taken < 5_000; taken++) await lines.next();
  await until('it to go on', async () =>
    (await written()) >= 5_000 ? { found: true } : { seen: 'no more' },
  );
});

test('silence ends a program, its reader being slow does not', async () => {
  const { lines, error, message } = await outcome('hangs', { quietMs: 300 });
  assert.deepEqual(lines, ['{"a":1}']);
  assert.equal(error, 'SOURCE_PROGRAM_SILENT');
  assert.match(message, /said nothing for 0\.3 s/);
});

/** The process that a program names in its first line. */
async function pidOf(program: RunningProgram): Promise<number> {
  const { value } = await program.lines[Symbol.asyncIterator]().next();
  return JSON.parse(value).pid;
}

test('an abort ends a program with all that it started, also what takes no SIGTERM', async () => {
  const abort = new AbortController();
  const program = await run('bearsChild', { signal: abort.signal });
  const lines = program.lines[Symbol.asyncIterator]();
  const { pid } = JSON.parse((await lines.next()).value);
  const next = lines.next();
  abort.abort(new Error('canceled'));
  await assert.rejects(next, /canceled/);
  await program.stop();
  await gone(pid);
});

test('a program that takes no SIGTERM is killed after its grace', async () => {
  const program = await run('ignoresTerm');
  const pid = await pidOf(program);
  const began = Date.now();
  await program.stop();
  const took = Date.now() - began;
  assert.ok(took > 4_000 && took < 9_000, `${took} ms`);
  await gone(pid);
});

test('a child that a program leaves behind holds up nobody', async () => {
  const program = await run('leavesChild');
  const lines: string[] = [];
  for await (const line of program.lines) lines.push(line);
  await program.finished();
  await gone(JSON.parse(lines[0] ?? '').pid);
  await program.stop();
});

test('a program sees nothing of our environment; its files are for its eyes only and go with it', async () => {
  process.env.TRIBUTARY_SECRET_OF_TEST = 'x';
  const program = await run('environment', {
    args: ['environment', '--config', '{config.json}'],
    files: { 'config.json': '{"password":"p"}' },
  });
  const { value } = await program.lines[Symbol.asyncIterator]().next();
  const { names, cwd, rest } = JSON.parse(value);
  const allowed = new Set(['PATH', 'LANG', 'LC_ALL', 'TZ', 'HOME', 'TMPDIR']);
  assert.deepEqual(
    names.filter((name: string) => !allowed.has(name)),
    [],
  );
  const [option, file] = rest;
  assert.equal(option, '--config');
  assert.equal((await stat(file)).mode & 0o777, 0o600);
  assert.equal(await readFile(file, 'utf8'), '{"password":"p"}');
  await program.stop();
  assert.equal(existsSync(cwd), false);
  assert.equal(existsSync(file), false);
});

test('a program that is not there is told', async () => {
  const start = runProgram({
    command: ['/nowhere/tap'],
    args: [],
    signal: new AbortController().signal,
    quietMs: 1_000,
  });
  await assert.rejects(start, { code: 'SOURCE_PROGRAM_NOT_FOUND', message: /ENOENT/ });
});

test('whatever ends us ends the program too, with its folder', async () => {
  const module = new URL('../../../connectors/program/run.ts', import.meta.url).href;
  const script = `
    const { runProgram } = await import(${JSON.stringify(module)});
    const program = await runProgram({ command: ${JSON.stringify([process.execPath, odd])},
      args: ['environment', 'x'], signal: new AbortController().signal, quietMs: 60_000 });
    const other = await runProgram({ command: ${JSON.stringify([process.execPath, odd])},
      args: ['bearsChild'], signal: new AbortController().signal, quietMs: 60_000 });
    for await (const line of program.lines) console.log(line);
    for await (const line of other.lines) console.log(line);`;
  const parent = spawn(process.execPath, [...asHere, '--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: string[] = [];
  for await (const line of createInterface({ input: parent.stdout })) if (lines.push(line) === 2) break;
  const { cwd } = JSON.parse(lines[0] ?? '');
  const { pid } = JSON.parse(lines[1] ?? '');
  process.kill(parent.pid as number, 'SIGKILL');
  await once(parent, 'exit');
  await gone(pid);
  await until('the folder to go', async () => (existsSync(cwd) ? { seen: 'still there' } : { found: true }));
});

test('however output is cut into pieces, its lines are the same', () => {
  const texts = fc.array(fc.string({ unit: 'binary' }).map((text) => text.replaceAll('\n', ' ')));
  fc.assert(
    fc.property(texts, fc.array(fc.nat(20)), (lines, sizes) => {
      const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
      const sound = bytes.toString().split('\n').slice(0, -1);
      const cutter = createLineCutter(10_000);
      const got: string[] = [];
      let start = 0;
      for (const size of [...sizes, bytes.length]) {
        const piece = bytes.subarray(start, start + size);
        if (piece.length > 0) got.push(...cutter.add(piece).lines);
        start += size;
      }
      assert.deepEqual(got, sound);
      assert.equal(cutter.rest(), null);
    }),
  );
});
