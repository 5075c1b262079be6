import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { TributaryError } from '../../domain/errors.ts';
import { encryptedColumn, pagesOfOldKind } from './file-fixtures.ts';
import { after, readAll, tempFolder, type Wanted } from './file-support.ts';

const parquet: Wanted = { file: { pattern: '*.parquet', format: 'parquet' } };
type Columns = Parameters<typeof parquetWriteBuffer>[0];
const write = (location: string, options: Omit<Columns, 'writer'>) =>
  writeFile(join(location, 'a.parquet'), Buffer.from(parquetWriteBuffer(options)));

test('values of Parquet become JSON without loss', async (t) => {
  const location = await tempFolder(t);
  const big = 12_345_678_901_234_567_890n;
  await write(location, {
    schema: [
      { name: 'root', num_children: 12 },
      { name: 'id', type: 'INT64', repetition_type: 'REQUIRED' },
      { name: 'text', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' },
      { name: 'bytes', type: 'BYTE_ARRAY', repetition_type: 'OPTIONAL' },
      {
        name: 'price',
        type: 'INT64',
        converted_type: 'DECIMAL',
        precision: 18,
        scale: 2,
        repetition_type: 'REQUIRED',
      },
      {
        name: 'price_text',
        type: 'INT64',
        converted_type: 'DECIMAL',
        precision: 18,
        scale: 2,
        repetition_type: 'REQUIRED',
      },
      { name: 'day', type: 'INT32', converted_type: 'DATE', repetition_type: 'OPTIONAL' },
      {
        name: 'micros',
        type: 'INT64',
        converted_type: 'TIMESTAMP_MICROS',
        repetition_type: 'OPTIONAL',
      },
      {
        name: 'nanos',
        type: 'INT64',
        logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'NANOS' },
        repetition_type: 'OPTIONAL',
      },
      { name: 'ratio', type: 'DOUBLE', repetition_type: 'OPTIONAL' },
      { name: 'yes', type: 'BOOLEAN', repetition_type: 'OPTIONAL' },
      { name: 'tags', converted_type: 'LIST', repetition_type: 'OPTIONAL', num_children: 1 },
      { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
      { name: 'element', type: 'INT64', repetition_type: 'OPTIONAL' },
      { name: 'place', repetition_type: 'OPTIONAL', num_children: 2 },
      { name: 'city', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' },
      { name: 'since', type: 'INT32', converted_type: 'DATE', repetition_type: 'OPTIONAL' },
    ],
    columnData: [
      { name: 'id', data: [1n, 9_007_199_254_740_993n] },
      { name: 'text', data: ['Ä', null] },
      { name: 'bytes', data: [Uint8Array.from([0xff, 0x00]), new TextEncoder().encode('abc')] },
      { name: 'price', data: [1234.5, -0.07] },
      { name: 'price_text', data: [1234.5, -0.07] },
      { name: 'day', data: [new Date('2024-02-29T00:00:00Z'), null] },
      { name: 'micros', data: [new Date('2024-02-29T12:30:00.120Z'), null] },
      { name: 'nanos', data: [1_700_000_000_123_456_789n, -1n] },
      { name: 'ratio', data: [0.1, Number.NaN] },
      { name: 'yes', data: [true, null] },
      { name: 'tags', data: [[1n, null, big / 4n], []] },
      { name: 'place', data: [{ city: 'Kyiv', since: new Date('1991-08-24T00:00:00Z') }, null] },
    ],
  });
  const schema = { type: 'object', properties: { price_text: { type: 'string' } } };
  const { rows, error } = await readAll({ location, ...parquet, schema });
  assert.ifError(error);
  assert.deepEqual(rows, [
    {
      id: 1,
      text: 'Ä',
      bytes: '/wA=',
      price: 1234.5,
      price_text: '1234.50',
      day: '2024-02-29',
      micros: '2024-02-29T12:30:00.120Z',
      nanos: '2023-11-14T22:13:20.123456789Z',
      ratio: 0.1,
      yes: true,
      tags: [1, null, String(big / 4n)],
      place: { city: 'Kyiv', since: '1991-08-24' },
    },
    {
      id: '9007199254740993',
      text: null,
      bytes: 'abc',
      price: -0.07,
      price_text: '-0.07',
      day: null,
      micros: null,
      nanos: '1969-12-31T23:59:59.999999999Z',
      ratio: 'NaN',
      yes: null,
      tags: [],
      place: null,
    },
  ]);
});

test('a Parquet file is read by its groups of rows, and goes on in the middle of one', async (t) => {
  const location = await tempFolder(t);
  const numbers = Array.from({ length: 30_000 }, (_, i) => i);
  const options = {
    columnData: [{ name: 'id', data: numbers, type: 'INT32' as const }],
    rowGroupSize: 25_000,
  };
  await write(location, options);
  const reading = { location, file: { ...parquet.file, origin: true } };
  const first = await readAll(reading);
  assert.ifError(first.error);
  assert.deepEqual(
    first.rows.map((row) => (row as { id: number }).id),
    numbers,
  );
  assert.deepEqual(first.rows[26_000], { id: 26_000, _file: 'a.parquet', _line: 26_001 });
  const from = first.pages[7]?.next ?? null;
  const rest = await readAll(reading, { from });
  assert.deepEqual(
    [rest.rows[0], rest.rows.length],
    [{ id: 7_000, _file: 'a.parquet', _line: 7_001 }, 23_000],
  );
  assert.deepEqual((await readAll(reading, after(first))).rows, []);
  // Another file under its name has nothing to do with the place in the old one.
  await write(location, { columnData: [{ name: 'id', data: [1, 2, 3], type: 'INT32' }] });
  assert.equal((await readAll(reading, { from })).rows.length, 3);
  assert.equal((await readAll(reading, after(first))).rows.length, 3);
});

test('a file that is no Parquet, or not all of it, is refused in words', async (t) => {
  const location = await tempFolder(t);
  const whole = Buffer.from(
    parquetWriteBuffer({ columnData: [{ name: 'id', data: [1, 2, 3], type: 'INT32' }] }),
  );
  const damaged = Buffer.from(whole);
  damaged.fill(0x5a, whole.length - 40, whole.length - 10);
  for (const content of [
    Buffer.alloc(0),
    Buffer.from('id,name\n1,2\n'),
    whole.subarray(0, whole.length - 9),
    damaged,
  ]) {
    await writeFile(join(location, 'a.parquet'), content);
    const { error } = await readAll({ location, ...parquet });
    assert.ok(error instanceof TributaryError, String(error));
    assert.equal(error.code, 'SOURCE_FILE_REFUSED');
    assert.match(
      error.message,
      /^a\.parquet: it (is no Parquet file|is a Parquet file that is not written to its end|cannot be read as Parquet)/,
    );
  }
});

test('pages without an index, packed pages and lists over several pages are read, wherever a read goes on', async (t) => {
  const location = await tempFolder(t);
  await writeFile(join(location, 'a.parquet'), pagesOfOldKind);
  const { rows, error } = await readAll({ location, ...parquet });
  assert.ifError(error);
  const old = Array.from({ length: 60 }, (_, i) => ({
    id: i,
    items: Array.from({ length: i % 9 }, (_one, j) => i + j),
    at: `2024-01-01T00:00:${String(i).padStart(2, '0')}.123456Z`,
  }));
  assert.deepEqual(rows, old);

  const numbers = Array.from({ length: 2_500 }, (_, i) => i);
  const expected = numbers.map((i) => ({ id: i, name: i % 3 === 0 ? null : `n${i % 7}`, tags: [i, i + 1] }));
  for (const codec of ['UNCOMPRESSED', 'SNAPPY', 'GZIP', 'BROTLI'] as const) {
    const columnData = [
      { name: 'id', data: numbers, type: 'INT32' as const, offsetIndex: codec !== 'GZIP' },
      { name: 'name', data: expected.map(({ name }) => name), type: 'STRING' as const, offsetIndex: false },
      { name: 'tags', data: expected.map(({ tags }) => tags), offsetIndex: false },
    ];
    const compressors = { GZIP: (bytes: Uint8Array) => gzipSync(bytes), BROTLI: brotliCompressSync };
    await write(location, { columnData, codec, compressors, pageSize: 512 });
    const whole = await readAll({ location, ...parquet });
    assert.ifError(whole.error);
    assert.deepEqual(whole.rows, expected, codec);
    const rest = await readAll({ location, ...parquet }, { from: whole.pages[2]?.next ?? null });
    assert.deepEqual(rest.rows, expected.slice(2_000), codec);
  }
});

test('a Parquet file that is encrypted, of another kind, or has pages that cannot be held is refused', async (t) => {
  const location = await tempFolder(t);
  const refused = async (content: Buffer, says: RegExp) => {
    await writeFile(join(location, 'a.parquet'), content);
    const { rows, error } = await readAll({ location, ...parquet });
    assert.ok(error instanceof TributaryError, String(error));
    assert.deepEqual([error.code, error.retryable, rows], ['SOURCE_FILE_REFUSED', false, []]);
    assert.match(error.message, says);
  };
  const data = Array.from({ length: 50 }, (_, i) => i);
  const whole = Buffer.from(parquetWriteBuffer({ columnData: [{ name: 'id', data, type: 'INT32' }] }));
  await refused(encryptedColumn, /^a\.parquet: it is encrypted, and cannot be read\. Write it without/);
  const ends = (magic: string, at: 'begin' | 'both') => {
    const changed = Buffer.from(whole);
    changed.write(magic, 0, 'latin1');
    if (at === 'both') changed.write(magic, changed.length - 4, 'latin1');
    return changed;
  };
  await refused(ends('PARE', 'both'), /it is encrypted/);
  await refused(ends('ORC1', 'begin'), /it is no Parquet file\.$/);
  await refused(whole.subarray(0, 60), /is not written to its end\.$/);
  const torn = Buffer.from(whole);
  torn.fill(0xff, 4, 30);
  await refused(torn, /it cannot be read as Parquet \(/);
  const one = { name: 'text', data: ['x'.repeat(70_000_000)], type: 'BYTE_ARRAY' as const };
  const large = parquetWriteBuffer({ columnData: [{ ...one, data: [Buffer.from(one.data[0] ?? '')] }] });
  await refused(
    Buffer.from(large),
    /^a\.parquet: column "text" has a page of 1 values and \d+ bytes, which is more than is held at once\. Write it with pages of 1 MB, or with groups of at most 100000 rows\.$/,
  );
});
