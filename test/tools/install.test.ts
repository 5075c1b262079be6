import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

const read = (file: string) => JSON.parse(readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8'));

test('npm ci can install from the lock file on every platform', () => {
  const { packages } = read('package-lock.json') as {
    packages: Record<string, { version?: string; optionalDependencies?: Record<string, string> }>;
  };
  const missing: string[] = [];
  for (const [path, { optionalDependencies = {} }] of Object.entries(packages)) {
    for (const name of Object.keys(optionalDependencies)) {
      const found = packages[`${path}/node_modules/${name}`] ?? packages[`node_modules/${name}`];
      if (!found?.version) missing.push(name);
    }
  }
  assert.deepEqual(missing, []);
});

test('the lock file is that of package.json', () => {
  const { dependencies, devDependencies } = read('package.json');
  const locked = read('package-lock.json').packages[''];
  assert.deepEqual(locked.dependencies, dependencies);
  assert.deepEqual(locked.devDependencies, devDependencies);
});
