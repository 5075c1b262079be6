import assert from 'node:assert/strict';
import { test } from 'node:test';
import { writeLifecycle } from '../../tools/docs.ts';

test('docs/lifecycle.md is current', async () => {
  assert.ok(await writeLifecycle(true), 'run: npm run docs');
});
