import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { fieldsOfTable, syncTableKeys, syncTables } from '../../domain/sync-base.ts';
import { typeNames } from '../../domain/sync-base-schema.ts';

test('docs/airtable.md lists every table, field and type as the base is made', async () => {
  const text = await readFile(new URL('../../docs/airtable.md', import.meta.url), 'utf8');
  const rows = text.split('\n').map((line) => line.split('|').map((cell) => cell.trim()));
  const listed = rows.filter(([, table]) => syncTableKeys.some((key) => syncTables[key].name === table));
  const wanted = syncTableKeys.flatMap((key) =>
    fieldsOfTable(key).map(({ name, type }) => [syncTables[key].name, name, typeNames[type]]),
  );
  assert.deepEqual(
    listed.map((row) => row.slice(1, 4)),
    wanted,
  );
});
