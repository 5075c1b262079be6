// npm test [-- --store h2] [-- --only-tests] [-- part of a file name ...]
import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { runNode } from './run.ts';
import { root, startTestServices } from './services.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    store: { type: 'string', default: 'memory' },
    'only-tests': { type: 'boolean', default: false },
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
  if (!values['only-tests']) {
    const checks = await Promise.all([
      check('types (tsc)', join('typescript', 'bin', 'tsc'), ['--noEmit']),
      check('style (biome)', join('@biomejs', 'biome', 'bin', 'biome'), ['check', '--colors=off', '.']),
    ]);
    if (checks.includes(false)) return 1;
  }
  const services = await startTestServices(values.store, console.log);
  try {
    console.log(`tests: ${files.length} files`);
    return await runNode(['--test', '--test-concurrency=2', ...files], services.env);
  } finally {
    await services.stop();
  }
}

process.exitCode = await main();
