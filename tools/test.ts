// npm test [-- --store h2] [-- --only-tests] [-- --at-once 3] [-- part of a file name ...]
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { installPythonPrograms } from './python-programs.ts';
import { runNode } from './run.ts';
import { root, startTestServices } from './services.ts';
import { bundleTests } from './test-bundle.ts';
import { groupTests } from './test-groups.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    store: { type: 'string', default: 'memory' },
    'only-tests': { type: 'boolean', default: false },
    /** Processes of tests. */
    'at-once': { type: 'string', default: '3' },
  },
});

const filesOfTests = (): string[] =>
  readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
    .map((file) => join('test', file))
    .sort();

/** What tests start as processes of their own. */
const findPrograms = (): string[] => [
  ...['client/cli/main.ts', 'workers/main.ts', 'examples/storefront/main.ts'].map((file) => join(file)),
  ...filesOfTests().filter((file) => /-(process|host)\.ts$/.test(file)),
];

function findTests(): string[] {
  const withChaos = process.env.TRIBUTARY_CHAOS === '1';
  return filesOfTests()
    .filter((file) => file.endsWith('.test.ts'))
    .filter((file) => withChaos || !file.startsWith(join('test', 'chaos')))
    .filter((file) => positionals.length === 0 || positionals.some((part) => file.includes(part)));
}

async function check(name: string, script: string, args: readonly string[]): Promise<boolean> {
  const began = Date.now();
  try {
    await promisify(execFile)(process.execPath, [join(root, 'node_modules', script), ...args], { cwd: root });
    console.log(`${name}: passed (${((Date.now() - began) / 1000).toFixed(1)} s)`);
    return true;
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    console.error(`${name}: failed\n${stdout}${stderr}`);
    return false;
  }
}

async function main(): Promise<number> {
  const files = findTests();
  if (files.length === 0) {
    console.error(`No test file has ${positionals.map((part) => `"${part}"`).join(' or ')} in its name.`);
    return 1;
  }
  if (values.store !== 'memory' && values.store !== 'h2') {
    console.error(`--store is memory or h2, not ${values.store}.`);
    return 2;
  }
  const folder = mkdtempSync(join(tmpdir(), 'tributary-tests-'));
  try {
    return await run(files, values.store, folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A process that hangs is ended, and told as failed: the slowest takes about two minutes. */
const longestGroupMs = 900_000;

/** @param folder For what is made of the tests. */
async function run(files: readonly string[], store: 'memory' | 'h2', folder: string): Promise<number> {
  // A test that needs one of them installs it by itself, but then others wait for it.
  const installed = positionals.length === 0 ? installPythonPrograms(console.log) : Promise.resolve();
  if (!values['only-tests']) {
    const checks = await Promise.all([
      check('types (tsc)', join('typescript', 'bin', 'tsc'), ['--noEmit']),
      check('style (biome)', join('@biomejs', 'biome', 'bin', 'biome'), ['check', '--colors=off', '.']),
    ]);
    if (checks.includes(false)) return 1;
  }
  // Who names files wants to see them one by one.
  const groups = positionals.length > 0 ? files.map((file) => [file]) : groupTests(files);
  const { entries, loader } = await bundleTests(folder, groups, findPrograms()).catch((error: unknown) => {
    if (positionals.length === 0) throw error;
    // Somewhere else something is half written: what is named may run all the same.
    console.log('bundle: failed; the tests run from their sources');
    return { entries: files, loader: 'tsx' };
  });
  // The embedded store serves a test for minutes: it costs a third less processor time than with its best compiler.
  process.env.JAVA_TOOL_OPTIONS ??= '-XX:+UseSerialGC -XX:TieredStopAtLevel=1';
  const [services] = await Promise.all([startTestServices(store, console.log), installed]);
  try {
    console.log(`tests: ${files.length} files in ${groups.length} processes`);
    const limits = [`--test-concurrency=${values['at-once']}`, `--test-timeout=${longestGroupMs}`];
    const args = [
      ...(loader === 'tsx' ? ['--import', 'tsx'] : ['--enable-source-maps']),
      '--test',
      // It says again at the end what failed: that is all that some keep of a long output.
      '--test-reporter=spec',
      ...limits,
      ...entries,
    ];
    return await runNode(args, { ...services.env, TEST_LOADER: loader });
  } finally {
    await services.stop();
  }
}

process.exitCode = await main();
