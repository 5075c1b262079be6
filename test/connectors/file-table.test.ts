import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { isUnreadable } from '../../connectors/unreadable.ts';
import { TributaryError } from '../../domain/errors.ts';
import { readAll, tempFolder, type Wanted } from './file-support.ts';

const csv: Wanted = { file: { pattern: '*.csv', format: 'csv' } };
const typed: Wanted = {
  ...csv,
  schema: {
    type: 'object',
    properties: {
      id: { type: 'integer' },
      total: { type: ['number', 'null'] },
      paid: { anyOf: [{ type: 'boolean' }, { type: 'null' }] },
      code: { type: 'string' },
      note: { type: ['string', 'null'] },
    },
  },
};

test('tables are read as people write them', async (t) => {
  const folder = await tempFolder(t);
  const read = async (content: string | Buffer, wanted: Wanted = csv) => {
    await writeFile(join(folder, 'a.csv'), content);
    return readAll({ location: folder, ...wanted });
  };
  const same = [
    { id: '1', name: 'Ann' },
    { id: '2', name: 'Bo' },
  ];
  const files: Record<string, string | Buffer> = {
    comma: 'id,name\n1,Ann\n2,Bo\n',
    'no line end at the end': 'id,name\n1,Ann\n2,Bo',
    'Windows line ends': 'id,name\r\n1,Ann\r\n2,Bo\r\n',
    semicolon: 'id;name\n1;Ann\n2;Bo\n',
    tab: 'id\tname\n1\tAnn\n2\tBo\n',
    bar: 'id|name\n1|Ann\n2|Bo\n',
    'spaces around names': ' id , name \n1,Ann\n2,Bo\n',
    'empty lines': '\n\nid,name\n\n1,Ann\n\r\n2,Bo\n\n',
    'a byte order mark': '\ufeffid,name\n1,Ann\n2,Bo\n',
    quotes: '"id","name"\n"1","Ann"\n2,"Bo"\n',
    gzip: gzipSync('id,name\n1,Ann\n2,Bo\n'),
    'gzip of two parts': Buffer.concat([gzipSync('id,name\n1,Ann\n'), gzipSync('2,Bo\n')]),
    'UTF-16 with a mark': Buffer.from('\ufeffid,name\n1,Ann\n2,Bo\n', 'utf16le'),
  };
  for (const [what, content] of Object.entries(files)) {
    const { rows, error } = await read(content);
    assert.ifError(error);
    assert.deepEqual(rows, same, what);
  }
  assert.deepEqual((await read('')).rows, []);
  assert.deepEqual((await read('id,name\n')).rows, []);
  assert.deepEqual((await read('1,Ann\n', { file: { ...csv.file, header: false } })).rows, [
    { column_1: '1', column_2: 'Ann' },
  ]);
  const latin = Buffer.from('id,name\n1,Jos\u00e9\n', 'latin1');
  assert.deepEqual((await read(latin, { file: { ...csv.file, encoding: 'windows-1252' } })).rows, [
    { id: '1', name: 'José' },
  ]);
  const quoted = 'id,name\n1,"a ""b"",\r\nc"\n2,5" pipe\n';
  assert.deepEqual((await read(quoted, { file: { ...csv.file, origin: true } })).rows, [
    { id: '1', name: 'a "b",\r\nc', _file: 'a.csv', _line: 2 },
    { id: '2', name: '5" pipe', _file: 'a.csv', _line: 4 },
  ]);
});

test('texts become what the schema declares, and nothing is guessed', async (t) => {
  const folder = await tempFolder(t);
  const lines = [
    'id,total,paid,code,note',
    '007,1.50,TRUE,007,',
    '8,,,"1,234.5",x',
    'x,"1,234.5",yes,8,y',
    '12345678901234567890,1e3,false,,z',
  ];
  await writeFile(join(folder, 'a.csv'), lines.join('\n'));
  const { rows } = await readAll({ location: folder, ...typed });
  assert.deepEqual(rows, [
    { id: 7, total: 1.5, paid: true, code: '007', note: null },
    { id: 8, total: null, paid: null, code: '1,234.5', note: 'x' },
    { id: 'x', total: '1,234.5', paid: 'yes', code: '8', note: 'y' },
    { id: '12345678901234567890', total: 1000, paid: false, code: '', note: 'z' },
  ]);
  await writeFile(join(folder, 'a.csv'), lines.join('\n').replace('007', '9'));
  assert.deepEqual((await readAll({ location: folder, ...csv })).rows[0], {
    id: '9',
    total: '1.50',
    paid: 'TRUE',
    code: '007',
    note: '',
  });
});

test('what cannot be read stands there with its line, and the other rows are given', async (t) => {
  const folder = await tempFolder(t);
  const unreadable = async (content: string | Buffer, wanted: Wanted = csv) => {
    await writeFile(join(folder, 'a.csv'), content);
    const { rows, error } = await readAll({ location: folder, ...wanted });
    assert.ifError(error);
    return {
      ids: rows.filter((row) => !isUnreadable(row)).map((row) => (row as { id: string }).id),
      faults: rows.filter(isUnreadable).map(({ place, why }) => `${place}: ${why}`),
      texts: rows.filter(isUnreadable).map(({ text }) => text),
    };
  };
  const ragged = await unreadable('id,name\n1,"two\nlines"\n2,b,c\n3\n4,d\n');
  assert.deepEqual(ragged.ids, ['1', '4']);
  assert.deepEqual(ragged.faults, [
    'a.csv line 4: 3 values, the table has 2 columns',
    'a.csv line 5: 1 value, the table has 2 columns',
  ]);
  assert.deepEqual(ragged.texts, ['2,b,c', '3']);

  const open = await unreadable('id,name\n1,"never\n2,b\n3,c\n');
  assert.deepEqual(
    [open.ids, open.faults],
    [['2', '3'], ['a.csv line 2: a quote is opened that is not closed']],
  );
  const early = await unreadable('id,name\n1,"a"b\n2,"x\n3,"c"\n4,d\n');
  assert.deepEqual(early.ids, ['3', '4']);
  assert.equal(early.faults.length, 2);

  const bytes = Buffer.concat([Buffer.from('id,name\n1,a\n2,'), Buffer.from([0xe9]), Buffer.from('\n3,c\n')]);
  const encoded = await unreadable(bytes);
  assert.deepEqual([encoded.ids, encoded.faults], [['1', '3'], ['a.csv line 3: it is not written in utf-8']]);

  const json = await unreadable('{"id":"1"}\nnothing\n\n[1]\n{"id":"2"}\n{"id":"3', {
    file: { pattern: '*.csv', format: 'jsonl' },
  });
  assert.deepEqual(json.ids, ['1', '2']);
  assert.deepEqual(json.faults, [
    'a.csv line 2: it is not JSON',
    'a.csv line 4: it is not a JSON object',
    'a.csv line 6: it is not JSON',
  ]);

  const long = await unreadable(`id,name\n1,${'x'.repeat(17 * 1024 * 1024)}\n2,b\n`);
  assert.deepEqual(long.ids, ['2']);
  assert.match(
    long.faults[0] ?? '',
    /^a\.csv line 2: the line has 17825794 bytes, and at most 16777216 are read$/,
  );
});

test('a file that is no such table is refused in words, and the rows before it are kept', async (t) => {
  const folder = await tempFolder(t);
  await writeFile(join(folder, 'a.csv'), 'id,name\n1,Ann\n');
  const refused = async (content: string | Buffer, says: RegExp) => {
    await writeFile(join(folder, 'b.csv'), content);
    const { rows, error } = await readAll({ location: folder, ...csv });
    assert.ok(error instanceof TributaryError);
    assert.equal(error.code, 'SOURCE_FILE_REFUSED');
    assert.match(error.message, says);
    return rows;
  };
  assert.deepEqual(await refused('id, id\n', /^b\.csv: line 1 has two columns of the name "id"\.$/), [
    { id: '1', name: 'Ann' },
  ]);
  await refused('\nid,,name\n', /^b\.csv: line 2 has no name for column 2 of 3\.$/);
  await refused('id,__proto__\n', /no column can be called/);
  await refused('"id,name\n1,2\n', /^b\.csv: line 1 opens a quote that is not closed\.$/);
  await refused('id,name\r1,2\r3,4', /carriage return/);
  await refused(
    Buffer.concat([Buffer.from([0xff, 0x20]), Buffer.from('id\n')]),
    /line 1: it is not written in utf-8/,
  );
  const packed = gzipSync(`id,name\n${'2,Bo\n'.repeat(50_000)}`);
  assert.ok(
    (await refused(packed.subarray(0, packed.length - 60), /packed with gzip and ends too early/)).length > 1,
  );
  const damaged = Buffer.from(packed);
  damaged.fill(0, 30, 60);
  await refused(damaged, /packed with gzip/);
});
