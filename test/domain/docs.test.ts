import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { machines } from '../../domain/machines.ts';
import { stateMachinesPage, stateMachinesText } from '../../tools/docs.ts';

test('docs/state-machines.md is current', async () => {
  const page = await readFile(new URL(`../../${stateMachinesPage}`, import.meta.url), 'utf8');
  assert.equal(page, stateMachinesText(), 'run: npm run docs');
});

test('the page has a diagram for every machine and no template left', () => {
  const text = stateMachinesText();
  assert.equal(text.split('```mermaid').length - 1, Object.keys(machines).length);
  assert.doesNotMatch(text, /undefined|\{\w+\|/);
});
