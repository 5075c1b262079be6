import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { join, posix, sep } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

const inner = ['domain', 'platform', 'stores', 'connectors', 'destinations'] as const;

/**
 * What each folder may import, beside itself: the arrows of docs/architecture.md. The settings, logs, crypto and
 * egress guard of platform/ serve the adapters, which know nothing of one another.
 */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  domain: [],
  workflows: ['domain'],
  platform: ['domain'],
  stores: ['domain', 'platform'],
  connectors: ['domain', 'platform'],
  destinations: ['domain', 'platform'],
  activities: inner,
  workers: [...inner, 'workflows', 'activities'],
  // `npm start` plays the person who consents at the sample app.
  client: [...inner, 'workflows', 'activities', 'workers', 'examples'],
  dashboard: ['domain'],
  examples: ['domain', 'connectors', 'platform'],
};

/** Folders that may import everything. */
const outside = ['test', 'bench', 'tools'];
const mayPrint = ['client/cli'];
const printing = ['examples', ...outside];

interface Import {
  readonly from: string;
  readonly typeOnly: boolean;
}

/** The imports of a source text: statements (also over several lines), re-exports and `import('...')`. */
function importsOf(source: string): Import[] {
  const statements = /^[ \t]*(?:import|export)\s+(type\s+)?(?:[^'";]*?\sfrom\s+|)(['"])([^'"\n]+)\2/gm;
  const calls = /(typeof\s+)?\bimport\(\s*(['"`])([^'"`]+)\2\s*\)/g;
  return [statements, calls].flatMap((pattern) =>
    [...source.matchAll(pattern)].map((match) => ({
      from: match[3] ?? '',
      typeOnly: match[1] !== undefined,
    })),
  );
}

/** What is wrong with one file, in words; `path` is relative to the repository, with slashes. */
function faultsOf(path: string, source: string): string[] {
  const folder = path.split('/')[0] ?? '';
  const allowed = mayImport[folder];
  if (allowed === undefined)
    return outside.includes(folder) ? [] : [`${path}: no rule for the folder ${folder}`];
  return importsOf(source).flatMap(({ from, typeOnly }) => {
    const fault = `${path} imports ${from}`;
    if (!from.startsWith('.')) {
      if (folder === 'domain') return [`${fault}: domain has no runtime dependency`];
      return folder === 'workflows' && isBuiltin(from) ? [`${fault}: a Node built-in`] : [];
    }
    const target = posix.normalize(posix.join(posix.dirname(path), from)).split('/')[0] ?? '';
    if (target === folder || allowed.includes(target)) return [];
    // Files of the repository itself, such as package.json, are no layer.
    if (target.includes('.json') && folder !== 'domain' && folder !== 'workflows') return [];
    if (folder === 'workflows' && target === 'activities')
      return typeOnly ? [] : [`${fault}: workflows take only types from activities`];
    return [`${fault}: ${folder} may not import ${target}`];
  });
}

/** The lines that print, but for comments. */
function printsIn(path: string, source: string): string[] {
  if (printing.includes(path.split('/')[0] ?? '') || mayPrint.some((start) => path.startsWith(start)))
    return [];
  return source
    .split('\n')
    .map((line, place) => ({ line: line.trim(), number: place + 1 }))
    .filter(({ line }) => /\bconsole\.log\b/.test(line) && !/^(\/\/|\/?\*)/.test(line))
    .map(({ number }) => `${path}:${number}`);
}

async function sources(): Promise<{ readonly path: string; readonly text: string }[]> {
  const skipped = new Set(['node_modules', 'dist', 'out', 'docs', 'bin']);
  const folders = (await readdir(root, { withFileTypes: true }))
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.') && !skipped.has(entry.name))
    .map((entry) => entry.name);
  const paths = await Promise.all(
    folders.map(async (folder) =>
      (await readdir(join(root, folder), { recursive: true }))
        .map((name) => posix.join(folder, name.split(sep).join('/')))
        .filter((path) => /\.m?ts$/.test(path) && !path.includes('/node_modules/')),
    ),
  );
  return Promise.all(
    paths.flat().map(async (path) => ({ path, text: await readFile(join(root, path), 'utf8') })),
  );
}

describe('architecture', () => {
  test('dependencies point inward', async () => {
    const files = await sources();
    assert.ok(files.some(({ path }) => path === 'domain/machine.ts'));
    assert.deepEqual(
      files.flatMap(({ path, text }) => faultsOf(path, text)),
      [],
    );
  });

  test('nothing prints but the command line, tools, benches, examples and tests', async () => {
    assert.deepEqual(
      (await sources()).flatMap(({ path, text }) => printsIn(path, text)),
      [],
    );
  });

  const faulty: readonly (readonly [path: string, source: string])[] = [
    ['domain/a.ts', "import { readFile } from 'node:fs';"],
    ['domain/a.ts', "import { z } from 'zod';"],
    ['domain/a.ts', "import type { Db } from '../stores/model.ts';"],
    ['workflows/a.ts', "import {\n  createHash,\n  randomUUID,\n} from 'crypto';"],
    ['workflows/a.ts', "import { load } from '../activities/load/rows.ts';"],
    ['workflows/a.ts', "import { type Load, load } from '../activities/load/rows.ts';"],
    ['workflows/a.ts', "import type { Settings } from '../platform/settings.ts';"],
    ['workflows/a.ts', "const x = await import('node:fs');"],
    ['workflows/a.ts', "import '../stores/open.ts';"],
    ['platform/a.ts', "export * from '../stores/open.ts';"],
    ['stores/a.ts', "import { rest } from '../connectors/rest.ts';"],
    ['activities/a.ts', "export { session } from '../workflows/session.ts';"],
    ['activities/load/a.ts', "import { start } from '../../workers/main.ts';"],
    ['examples/shop/a.ts', "import { open } from '../../stores/open.ts';"],
    ['client/a.ts', "import { helper } from '../test/support/helper.ts';"],
    ['elsewhere/a.ts', ''],
  ];
  for (const [path, source] of faulty) {
    test(`a fault is seen in ${path}: ${JSON.stringify(source)}`, () => {
      assert.equal(faultsOf(path, source).length, 1);
    });
  }

  const sound: readonly (readonly [path: string, source: string])[] = [
    ['domain/a.ts', "import { b } from './b.ts';\nexport const text = 'from here';"],
    ['workflows/a.ts', "import type {\n  Load,\n} from '../activities/load/rows.ts';"],
    ['workflows/a.ts', "proxyActivities<typeof import('../activities/load/rows.ts')>({});"],
    ['workflows/a.ts', "import { sleep } from '@temporalio/workflow';\nimport { b } from '../domain/b.ts';"],
    [
      'activities/load/a.ts',
      "import { open } from '../../stores/open.ts';\nimport { c } from '../merge/c.ts';",
    ],
    ['client/a.ts', "import version from '../package.json' with { type: 'json' };"],
    ['domain/a.ts', "/**\n * @example\n * import { x } from 'zod';\n */\nexport const a = 1;"],
  ];
  for (const [path, source] of sound) {
    test(`no fault is seen in ${path}: ${JSON.stringify(source)}`, () => {
      assert.deepEqual(faultsOf(path, source), []);
    });
  }

  test('printing is seen, in comments it is not', () => {
    assert.deepEqual(printsIn('stores/a.ts', "// console.log\nconsole.log('x');"), ['stores/a.ts:2']);
    assert.deepEqual(printsIn('client/cli/a.ts', "console.log('x');"), []);
  });
});
