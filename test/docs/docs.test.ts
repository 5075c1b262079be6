import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { settingNames } from '../../platform/settings.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const read = (file: string): string => readFileSync(join(root, file), 'utf8');

/** Every page that is ours, as paths from the root. */
function pages(): string[] {
  const skipped = new Set(['node_modules', 'dist', 'out']);
  const folders = readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.') && !skipped.has(entry.name))
    .map((entry) => entry.name);
  const below = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => !file.includes('node_modules'))
      .map((file) => join(folder, file)),
  );
  return [...readdirSync(root), ...below].filter((file) => file.endsWith('.md')).sort();
}

/** Text outside of code blocks and code spans: what looks like a link there is none. */
const prose = (text: string): string => text.replace(/^```.*?^```/gms, '').replace(/`[^`\n]*`/g, '');

/** Headings as the addresses that GitHub gives them. */
const anchors = (text: string): string[] =>
  [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .trim()
      .replaceAll(' ', '-'),
  );

function brokenLinks(page: string): string[] {
  const text = prose(read(page));
  const targets = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
  return targets
    .filter((target) => !/^[a-z]+:/.test(target))
    .filter((target) => {
      const [path = '', anchor] = target.split('#');
      const file = path === '' ? page : relative(root, join(root, dirname(page), path));
      if (!existsSync(join(root, file))) return true;
      return anchor !== undefined && !anchors(read(file)).includes(anchor);
    })
    .map((target) => `${page} links to ${target}`);
}

describe('the documents', () => {
  test('every relative link resolves', () => {
    assert.ok(pages().includes('README.md'));
    assert.deepEqual(pages().flatMap(brokenLinks), []);
  });

  test('the README is short enough to be read', () => {
    assert.ok(read('README.md').split('\n').length < 150);
  });

  test('every npm script that is named exists', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const unknown = pages().flatMap((page) =>
      [...read(page).matchAll(/\bnpm run ([\w:-]+)/g)]
        .filter(([, name = '']) => scripts[name] === undefined)
        .map(([said]) => `${page}: ${said}`),
    );
    assert.deepEqual(unknown, []);
  });

  test('every setting is in the settings table and in .env.example', () => {
    const table = read('docs/operations.md');
    const example = read('.env.example');
    assert.deepEqual(
      settingNames.filter((name) => !new RegExp(`^\\| \`${name}\` +\\|`, 'm').test(table)),
      [],
    );
    assert.deepEqual(
      settingNames.filter((name) => !new RegExp(`^#?${name}=`, 'm').test(example)),
      [],
    );
  });

  test('every decision is listed', () => {
    const list = read('docs/adr/README.md');
    const decisions = readdirSync(join(root, 'docs/adr')).filter((file) => file !== 'README.md');
    assert.deepEqual(
      decisions.filter((file) => !list.includes(`](${file})`)),
      [],
    );
  });
});
