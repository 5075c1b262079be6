import assert from 'node:assert/strict';
import { appendFile, rename, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { isUnreadable } from '../../connectors/unreadable.ts';
import { TributaryError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import { after, type Given, readAll, tempFolder, type Wanted } from './file-support.ts';

const csv: Wanted = { file: { pattern: '*.csv*', format: 'csv' } };
const ids = ({ rows, error }: Given): string[] => {
  assert.ifError(error);
  return rows.map((row) => (isUnreadable(row) ? row.place : String((row as JsonObject).id)));
};
const lines = (from: number, to: number, value = 'x'): string =>
  Array.from({ length: to - from }, (_, i) => `${from + i},${value}\n`).join('');

test('only new files, and what was added to others, is read', async (t) => {
  const location = await tempFolder(t);
  const path = (name: string) => join(location, name);
  const reading = { location, ...csv };
  await writeFile(path('a.csv'), 'id,v\n1,a\n2,b\n');
  await writeFile(path('b.csv.gz'), gzipSync('id,v\n3,c\n'));
  const first = await readAll(reading);
  assert.deepEqual(ids(first), ['1', '2', '3']);
  const second = await readAll(reading, after(first));
  assert.deepEqual(ids(second), []);

  await appendFile(path('a.csv'), '4,d\n');
  await appendFile(path('b.csv.gz'), gzipSync('5,e\n'));
  await writeFile(path('c.csv'), 'id,v\n6,f\n');
  const third = await readAll(reading, after(second));
  assert.deepEqual(ids(third), ['4', '5', '6']);

  // Touched, and nothing else.
  await utimes(path('a.csv'), new Date(), new Date(0));
  const fourth = await readAll(reading, after(third));
  assert.deepEqual(ids(fourth), []);

  // As long as before, and another time of change: the same length is no sign.
  await writeFile(path('a.csv'), 'id,v\n1,a\n2,B\n4,d\n');
  const fifth = await readAll(reading, after(fourth));
  assert.deepEqual(ids(fifth), ['1', '2', '4']);

  // Its rows stay when a file goes; nothing says that they are gone.
  await rm(path('c.csv'));
  const sixth = await readAll(reading, after(fifth));
  assert.deepEqual([ids(sixth), sixth.replaces], [[], false]);

  // A bookmark of another kind says nothing.
  assert.equal(ids(await readAll(reading, { since: '2024-01-01' })).length, 5);
});

test('half a last line is given, and read again when the rest of it has come', async (t) => {
  const location = await tempFolder(t);
  const path = join(location, 'a.csv');
  await writeFile(path, 'id,v\n1,a\n2,b\n3');
  const first = await readAll({ location, ...csv });
  assert.deepEqual(ids(first), ['1', '2', 'a.csv line 4']);
  await appendFile(path, '3,c\n4,d\n');
  const second = await readAll({ location, ...csv }, after(first));
  assert.deepEqual(ids(second), ['33', '4']);
  assert.deepEqual(ids(await readAll({ location, ...csv }, after(second))), []);

  // Also half of the names.
  await writeFile(path, 'id,v');
  const third = await readAll({ location, ...csv }, after(second));
  await appendFile(path, 'alue\n9,z\n');
  assert.deepEqual((await readAll({ location, ...csv }, after(third))).rows, [{ id: '9', value: 'z' }]);
});

test('a file that grows while it is read gives what was there, and the rest the next time', async (t) => {
  const location = await tempFolder(t);
  const path = join(location, 'a.csv');
  await writeFile(path, `id,v\n${lines(0, 3_000)}3000,`);
  const first = await readAll({ location, ...csv }, {}, (_, i) =>
    i === 1 ? appendFile(path, `x\n${lines(3_001, 3_500)}`) : undefined,
  );
  assert.equal(ids(first).length, 3_000);
  const second = await readAll({ location, ...csv }, after(first));
  assert.deepEqual([ids(second)[0], ids(second).length], ['3000', 500]);
});

test('a file that is replaced while it is read is read again, and gives all that it has now', async (t) => {
  const location = await tempFolder(t);
  const path = join(location, 'a.csv');
  const replace = async () => {
    await writeFile(join(location, 'new'), `id,v\n${lines(1_000, 4_000, 'new')}`);
    await rename(join(location, 'new'), path);
  };
  // More than is read at once.
  const old = 'old'.repeat(10);
  const rewrite = () => writeFile(path, `id,v\n${lines(1_000, 4_000, 'new')}`);
  const shorten = async () => {
    await truncate(path, 0);
    await writeFile(path, `id,v\n${lines(1_000, 1_001, 'new')}`);
  };
  for (const change of [replace, rewrite, shorten]) {
    await writeFile(path, `id,v\n${lines(0, 12_000, old)}`);
    const given = await readAll({ location, ...csv }, {}, (_, i) => (i === 2 ? change() : undefined));
    const byId = new Map(given.rows.map((row) => [(row as JsonObject).id, (row as JsonObject).v]));
    assert.equal(ids(given).includes('0'), true);
    assert.equal(byId.get('1000'), 'new', change.name);
    assert.equal(byId.get('3999'), change === shorten ? old : 'new');
    assert.deepEqual(ids(await readAll({ location, ...csv }, after(given))), []);
  }
});

test('a file that is another one each time it was read is told so', async (t) => {
  const location = await tempFolder(t);
  const path = join(location, 'a.csv');
  await writeFile(path, `id,v\n${lines(0, 1_500)}`);
  const { rows, error } = await readAll({ location, ...csv }, {}, (_, i) => rewriteOther(path, i));
  assert.ok(error instanceof TributaryError);
  assert.deepEqual([error.code, error.retryable], ['SOURCE_FILE_CHANGING', true]);
  assert.ok(rows.length > 0);
});

const rewriteOther = (path: string, i: number) => writeFile(path, `id,v\n${lines(0, 1_500, `v${i}`)}`);

test('with deletes: absent one change means that all is read, and that the rest is gone', async (t) => {
  const location = await tempFolder(t);
  const reading = { location, ...csv, deletes: 'absent' as const };
  await writeFile(join(location, 'a.csv'), 'id,v\n1,a\n');
  await writeFile(join(location, 'b.csv'), 'id,v\n2,b\n');
  const long = new Date(Date.now() - 60_000);
  const first = await readAll(reading);
  assert.deepEqual([ids(first), first.replaces], [['1', '2'], true]);
  await utimes(join(location, 'b.csv'), long, long);
  const second = await readAll(reading, after(first));
  assert.deepEqual([ids(second), second.replaces], [['1', '2'], true]);
  await rm(join(location, 'a.csv'));
  const third = await readAll(reading, after(second));
  assert.deepEqual([ids(third), third.replaces], [['2'], true]);
});

test('a file that goes while it is read keeps the rows it gave, and is read anew when it comes back', async (t) => {
  const location = await tempFolder(t);
  const path = join(location, 'a.csv');
  const content = `id,v\n${lines(0, 2_500)}`;
  await writeFile(path, content);
  const first = await readAll({ location, ...csv }, {}, (_, i) => (i === 1 ? rm(path) : undefined));
  assert.equal(ids(first).length, 2_500);
  await writeFile(path, content);
  assert.equal(ids(await readAll({ location, ...csv }, after(first))).length, 2_500);
});

test('a read that was interrupted goes on where it was, whatever came to the folder meanwhile', async (t) => {
  const location = await tempFolder(t);
  const path = (name: string) => join(location, name);
  await writeFile(path('b.csv'), `id,v\n${lines(0, 1_500)}`);
  await writeFile(path('c.csv'), `id,v\n${lines(1_500, 1_600)}`);
  const { pages } = await readAll({ location, ...csv });
  const from = pages[1]?.next ?? null;
  const rest = await readAll({ location, ...csv }, { from });
  assert.deepEqual(
    ids(rest),
    Array.from({ length: 600 }, (_, i) => String(1_000 + i)),
  );

  await writeFile(path('a.csv'), 'id,v\n9000,x\n');
  await appendFile(path('b.csv'), '9001,x\n');
  const grown = await readAll({ location, ...csv }, { from });
  // What of a page was stored before cannot be told then: no row of it is passed over.
  assert.deepEqual(grown.pages[0]?.rows, []);
  assert.deepEqual([ids(grown)[0], ids(grown)[501], ids(grown).length], ['9000', '9001', 602]);

  await writeFile(path('b.csv'), `id,v\n${lines(0, 1_500, 'new')}`);
  assert.equal(ids(await readAll({ location, ...csv }, { from })).length, 1_601);

  // Nor of the very first page: who stored a part of it goes on behind a page without rows.
  assert.deepEqual([pages[0]?.rows, pages[0]?.next === null], [[], false]);
  const anew = await readAll({ location, ...csv }, { from: pages[0]?.next ?? null });
  assert.deepEqual([anew.pages[0]?.rows, ids(anew).length], [[], 1_601]);
});

test('what is read once more is told with its line: files that changed, half a line, a read that goes on', async (t) => {
  const location = await tempFolder(t);
  const path = (name: string) => join(location, name);
  const again = ({ pages }: Given) => pages.flatMap((page) => page.again ?? []);
  await writeFile(path('a.csv'), 'id,v\n1,a\n2\n');
  await writeFile(path('b.csv'), 'id,v\n3,a\n4');
  const first = await readAll({ location, ...csv });
  assert.deepEqual(ids(first), ['1', 'a.csv line 3', '3', 'b.csv line 3']);
  assert.deepEqual(again(first), []);
  await appendFile(path('b.csv'), ',b\n');
  assert.deepEqual(again(await readAll({ location, ...csv }, after(first))), [
    { file: 'b.csv', line: 3, row: 0 },
  ]);
  await writeFile(path('a.csv'), 'id,v\n1,a\n2,b\n');
  assert.deepEqual(
    again(await readAll({ location, ...csv }, after(first))).map(({ file, line }) => [file, line]),
    [
      ['a.csv', 1],
      ['b.csv', 3],
    ],
  );
  const goesOn = await readAll({ location, ...csv }, { from: first.pages[0]?.next ?? null });
  assert.deepEqual(again(goesOn), [
    { file: 'a.csv', line: 1, row: 0 },
    { file: 'b.csv', line: 1, row: 2 },
  ]);
});
