import assert from 'node:assert/strict';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { isUnreadable } from '../../connectors/unreadable.ts';
import { TributaryError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import { after, type Given, readAll, tempFolder, type Wanted } from './file-support.ts';

const csv: Wanted = { file: { pattern: '*', format: 'csv' } };
const lines = (from: number, to: number): string =>
  Array.from({ length: to - from }, (_, i) => `${from + i},x\n`).join('');
const idsOf = ({ rows }: Given) =>
  rows.filter((row) => !isUnreadable(row)).map((row) => (row as JsonObject).id);
const faultsOf = ({ rows }: Given) => rows.filter(isUnreadable).map(({ place, why }) => `${place}: ${why}`);

test('a broken line has its number in a packed file and on later pages, also where a read goes on', async (t) => {
  const location = await tempFolder(t);
  const content = `id,v\n${lines(0, 1_200)}"two\nlines",x\nbroken\n${lines(1_200, 2_400)}again,1,2\n`;
  await writeFile(join(location, 'a.gz'), gzipSync(content));
  const expected = [
    'a.gz line 1204: 1 value, the table has 2 columns',
    'a.gz line 2405: 3 values, the table has 2 columns',
  ];
  const whole = await readAll({ location, ...csv });
  assert.deepEqual([idsOf(whole).length, faultsOf(whole)], [2_401, expected]);
  for (const [page, left] of [
    [1, expected],
    [2, expected.slice(1)],
  ] as const) {
    const rest = await readAll({ location, ...csv }, { from: whole.pages[page]?.next ?? null });
    assert.deepEqual(faultsOf(rest), left);
    const before = whole.pages.slice(0, page + 1).flatMap(({ rows }) => rows);
    assert.deepEqual([...before, ...rest.rows], whole.rows);
  }
});

test('a quote that is never closed costs its own line, in a file of any length', async (t) => {
  const location = await tempFolder(t);
  await writeFile(join(location, 'a'), `id,v\n${lines(0, 10)}10,"never\n${lines(11, 200_000)}`);
  const given = await readAll({ location, ...csv });
  assert.ifError(given.error);
  assert.deepEqual(
    [idsOf(given).length, faultsOf(given)],
    [199_999, ['a line 12: a quote is opened that is not closed']],
  );
});

test('a packed file that grows without measure is one line that is too long', async (t) => {
  const location = await tempFolder(t);
  const name = join(location, 'a.gz');
  const bomb = gzipSync(`id,v\n1,a\n${'x'.repeat(64 * 1024 * 1024)}\n2,b\n`, { level: 1 });
  await writeFile(name, bomb);
  const given = await readAll({ location, ...csv });
  assert.ifError(given.error);
  const fault = 'a.gz line 3: the line has 67108864 bytes, and at most 16777216 are read';
  assert.deepEqual([idsOf(given), faultsOf(given)], [['1', '2'], [fault]]);
  assert.ok(JSON.stringify(given.rows).length < 200_000);
  // Also where the names of the columns should stand.
  await writeFile(name, gzipSync('x'.repeat(17 * 1024 * 1024), { level: 1 }));
  const { error } = await readAll({ location, ...csv });
  assert.match(String(error), /a\.gz: line 1: the line has 17825792 bytes/);
});

test('a file that is gone between the list and its turn is passed over, and read when it is back', async (t) => {
  const location = await tempFolder(t);
  await writeFile(join(location, 'a'), `id,v\n${lines(0, 1_500)}`);
  await writeFile(join(location, 'b'), 'id,v\nb,x\n');
  const first = await readAll({ location, ...csv }, {}, (_, i) =>
    i === 0 ? rm(join(location, 'b')) : undefined,
  );
  assert.ifError(first.error);
  assert.equal(idsOf(first).length, 1_500);
  await writeFile(join(location, 'b'), 'id,v\nb,x\n');
  assert.deepEqual(idsOf(await readAll({ location, ...csv }, after(first))), ['b']);
});

test('names with spaces, other letters and line ends are names as others', async (t) => {
  const location = await tempFolder(t);
  const names = ['a b.csv', 'b\nc.csv', 'Ünï ☃.csv', '__proto__', 'quote\'".csv'];
  await mkdir(join(location, 'Ordner 1'));
  for (const name of names) await writeFile(join(location, 'Ordner 1', name), `id\n${name.length}\n`);
  const reading = { location, file: { pattern: '*/*', format: 'csv', origin: true } };
  const first = await readAll(reading);
  assert.ifError(first.error);
  assert.deepEqual(
    first.rows.map((row) => (row as JsonObject)._file).sort(),
    names.map((name) => `Ordner 1/${name}`).sort(),
  );
  assert.deepEqual((await readAll(reading, after(first))).rows, []);
});

test('tables of many columns, NUL characters and UTF-16 have a clear outcome', async (t) => {
  const location = await tempFolder(t);
  const read = async (content: string | Buffer, file: JsonObject = {}) => {
    await writeFile(join(location, 'a'), content);
    return readAll({ location, file: { ...csv.file, ...file } });
  };
  const wide = Array.from({ length: 3_000 }, (_, i) => i);
  const row = `${wide.join(',')}\n`;
  const { rows } = await read(`${wide.map((i) => `c${i}`).join(',')}\n${row.repeat(300)}`);
  assert.deepEqual([rows.length, Object.keys(rows[299] as JsonObject).length], [300, 3_000]);
  assert.equal((rows[299] as JsonObject).c2999, '2999');

  assert.deepEqual((await read('id,v\n1,a\0b\n')).rows, [{ id: '1', v: 'a\0b' }]);
  const same = [{ id: '1', v: 'é' }];
  const little = Buffer.from('id,v\n1,é\n', 'utf16le');
  assert.deepEqual((await read(little, { encoding: 'utf-16le' })).rows, same);
  const big = Buffer.from('\ufeffid,v\n1,é\n', 'utf16le').swap16();
  assert.deepEqual((await read(big)).rows, same);
  assert.deepEqual((await read(gzipSync(big))).rows, same);
  const { error } = await read(little);
  assert.ok(error instanceof TributaryError);
  assert.deepEqual(
    [error.code, error.message],
    [
      'SOURCE_FILE_REFUSED',
      'a: line 1 holds NUL characters. If it is written in UTF-16, say so: encoding utf-16le.',
    ],
  );
  assert.match(String((await read(little, { header: false })).error), /line 1 holds NUL characters/);
  const jsonl = Buffer.from('{"id":1}\n{"id":2}\n', 'utf16le');
  const given = await read(jsonl, { format: 'jsonl' });
  assert.deepEqual(faultsOf(given), [
    'a line 1: it is not JSON',
    'a line 2: it is not JSON',
    'a line 3: it is not JSON',
  ]);
  assert.deepEqual(idsOf(await read(jsonl, { format: 'jsonl', encoding: 'utf-16le' })), [1, 2]);
});

test('a packed file that was cut keeps its rows, and once it is whole the rest is given, each row once', async (t) => {
  const location = await tempFolder(t);
  await writeFile(join(location, 'a'), `id,v\n${lines(0, 2_500)}`);
  const packed = gzipSync(`id,v\n${lines(2_500, 60_000)}`);
  await writeFile(join(location, 'b'), packed.subarray(0, packed.length - 100));
  const cut = await readAll({ location, ...csv });
  assert.ok(cut.error instanceof TributaryError);
  assert.equal(cut.error.code, 'SOURCE_FILE_REFUSED');
  assert.ok(idsOf(cut).length > 2_500);
  // The whole file has come: reading goes on behind the rows that were kept.
  await writeFile(join(location, 'b'), packed);
  const rest = await readAll({ location, ...csv }, { from: cut.pages.at(-1)?.next ?? null });
  assert.ifError(rest.error);
  assert.deepEqual(
    [...idsOf(cut), ...idsOf(rest)],
    Array.from({ length: 60_000 }, (_, i) => String(i)),
  );
});
