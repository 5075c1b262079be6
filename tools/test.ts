// npm test [-- --store h2] [-- --only-tests] [-- --at-once 2] [-- part of a file name ...]
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { runNode } from './run.ts';
import { root, startTestServices } from './services.ts';
import { groupTests, writeGroups } from './test-groups.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    store: { type: 'string', default: 'memory' },
    'only-tests': { type: 'boolean', default: false },
    /** Processes of tests. */
    'at-once': { type: 'string', default: '2' },
  },
});

function findTests(): string[] {
  const withChaos = process.env.TRIBUTARY_CHAOS === '1';
  return readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
    .map((file) => join('test', file))
    .filter((file) => file.endsWith('.test.ts'))
    .filter((file) => withChaos || !file.startsWith(join('test', 'chaos')))
    .filter((file) => positionals.length === 0 || positionals.some((part) => file.includes(part)))
    .sort();
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

/** @param folder For what the compiler makes. */
async function run(files: readonly string[], store: 'memory' | 'h2', folder: string): Promise<number> {
  // What the types are checked for is run too: a process begins sooner with it than with tsx.
  const compiled = `${pathToFileURL(join(folder, 'compiled')).href}/`;
  let loader = 'tsx';
  if (!values['only-tests']) {
    const checks = await Promise.all([
      check('types (tsc)', join('typescript', 'bin', 'tsc'), ['--outDir', join(folder, 'compiled')]),
      check('style (biome)', join('@biomejs', 'biome', 'bin', 'biome'), ['check', '--colors=off', '.']),
    ]);
    if (checks.includes(false)) return 1;
    loader = `${pathToFileURL(join(root, 'tools', 'compiled', 'register.mjs')).href}?folder=${compiled}`;
  }
  // The embedded store serves a test for minutes: it costs a third less processor time than with its best compiler.
  process.env.JAVA_TOOL_OPTIONS ??= '-XX:+UseSerialGC -XX:TieredStopAtLevel=1';
  const services = await startTestServices(store, console.log);
  try {
    // Who names files wants to see them one by one.
    const groups = positionals.length > 0 ? files.map((file) => [file]) : groupTests(files);
    console.log(`tests: ${files.length} files in ${groups.length} processes`);
    const limits = [`--test-concurrency=${values['at-once']}`, `--test-timeout=${longestGroupMs}`];
    const args = ['--test', ...limits, ...writeGroups(folder, groups)];
    return await runNode(args, services.env, loader);
  } finally {
    await services.stop();
  }
}

process.exitCode = await main();
