import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { acrossParts, analysisParts, collections, mergeParts } from '../../stores/names.ts';
import { fillEverything } from './filled.ts';
import { openTestStores } from './support.ts';

/** Collection -> fields, as docs/data-model.md has them: a section each, its fields in the first column. */
async function documented(): Promise<Map<string, string[]>> {
  const page = await readFile(new URL('../../docs/data-model.md', import.meta.url), 'utf8');
  const sections = page.split(/^## /m).slice(1);
  const found = sections.map((section) => {
    const [name = ''] = section.split('\n', 1);
    const rows = section.split('\n').filter((line) => line.startsWith('| `'));
    const fields = rows.flatMap((row) =>
      [...(row.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)].map((match) => match[1]),
    );
    return [name.trim(), fields.filter((field) => field !== undefined).sort()] as const;
  });
  return new Map(found.filter(([, fields]) => fields.length > 0));
}

const stores = await openTestStores();

test('the page names every collection and field that is stored, and no other', async () => {
  await fillEverything(stores);
  const stored = new Map<string, string[]>();
  for (const { name } of await stores.db.listCollections({}, { nameOnly: true }).toArray()) {
    const docs = await stores.db.collection(name).find().toArray();
    const kind = name.replace(
      new RegExp(
        `^(reportRows|reportDeliveries|syncBaseRows|records|quarantine|tombstones|syncRecords|syncPacks|syncLists|${[...analysisParts, ...mergeParts, ...acrossParts].join('|')})\\..*`,
      ),
      '$1',
    );
    stored.set(kind, [...new Set(docs.flatMap((doc) => Object.keys(doc)))].sort());
  }
  assert.deepEqual(
    Object.fromEntries([...stored].sort()),
    Object.fromEntries([...(await documented())].sort()),
  );
});

test('every collection that the program names is on the page', async () => {
  const names = [...(await documented()).keys()];
  for (const name of Object.values(collections)) assert.ok(names.includes(name), name);
});
