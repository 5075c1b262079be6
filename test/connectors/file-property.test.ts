import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import fc from 'fast-check';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { isUnreadable } from '../../connectors/unreadable.ts';
import type { JsonObject } from '../../domain/json.ts';
import { pagesOf, readAll, tempFolder } from './file-support.ts';

const nasty = fc.oneof(
  fc.string({ maxLength: 8 }),
  fc.string({
    unit: fc.constantFrom('"', ',', ';', '\n', '\r', ' ', 'a', 'é', '\t', '|', '\ufeff'),
    maxLength: 6,
  }),
);
const rowArb = fc.record({ id: fc.string({ minLength: 1, maxLength: 5 }), a: nasty, b: nasty });
/** Some hundred different rows, repeated: pages have a thousand. */
const rowsArb = fc
  .tuple(fc.array(rowArb, { minLength: 1, maxLength: 20 }), fc.integer({ min: 0, max: 2_600 }))
  .map(([some, count]) =>
    Array.from({ length: count }, (_, i) => ({ n: String(i), ...(some[i % some.length] ?? some[0]) })),
  );

const formats = {
  csv: (rows: readonly JsonObject[], { delimiter = ',', crlf = false, end = true }) => {
    const options = {
      header: true,
      columns: ['n', 'id', 'a', 'b'],
      delimiter,
      quoted_match: /[\r\n"]|^\s|\s$/,
      record_delimiter: crlf ? '\r\n' : '\n',
      eof: end,
    };
    return Buffer.from(stringify([...rows], options));
  },
  jsonl: (rows: readonly JsonObject[], { crlf = false, end = true }) =>
    Buffer.from(rows.map((row) => JSON.stringify(row)).join(crlf ? '\r\n' : '\n') + (end ? '\n' : '')),
  parquet: (rows: readonly JsonObject[]) =>
    Buffer.from(
      parquetWriteBuffer({
        columnData: ['n', 'id', 'a', 'b'].map((name) => ({
          name,
          data: rows.map((row) => row[name]),
          type: 'STRING' as const,
        })),
        rowGroupSize: 700,
      }),
    ),
};

test('rows come back as they were written, wherever a read is resumed', async (t) => {
  const location = await tempFolder(t);
  await fc.assert(
    fc.asyncProperty(
      rowsArb,
      fc.constantFrom('csv', 'jsonl', 'parquet'),
      fc.record({
        delimiter: fc.constantFrom(',', ';', '\t', '|'),
        crlf: fc.boolean(),
        end: fc.boolean(),
        packed: fc.boolean(),
        split: fc.nat(2_600),
        stop: fc.nat(3),
      }),
      async (rows, format, { packed, split, stop, ...how }) => {
        const reading = { location, file: { pattern: 'part-*', format } };
        const parts = [rows.slice(0, split), rows.slice(split)];
        for (const [i, part] of parts.entries()) {
          const content = formats[format as keyof typeof formats](part, how);
          const isPacked = packed && format !== 'parquet';
          await writeFile(join(location, `part-${i}`), isPacked ? gzipSync(content, { level: 1 }) : content);
        }
        const whole = await readAll(reading);
        assert.ifError(whole.error);
        assert.deepEqual(whole.rows, rows);

        // A token comes back from the store as JSON.
        const from = JSON.parse(JSON.stringify(whole.pages[stop]?.next ?? null));
        if (from === null) return;
        const before = whole.pages.slice(0, stop + 1).flatMap((page) => page.rows);
        const rest = await readAll(reading, { from });
        assert.deepEqual([...before, ...rest.rows], rows);
        // A file that was young at the first read may not be at the second one.
        assert.equal(rest.bookmark?.replaceAll('~', ''), whole.bookmark?.replaceAll('~', ''));
      },
    ),
    { numRuns: 40 },
  );
});

test('a table says the same as to a well-kept reader, and any bytes end in rows, unreadable rows or a reason', async (t) => {
  const location = await tempFolder(t);
  const path = join(location, 'a.csv');
  const text = fc.string({
    unit: fc.constantFrom('"', '""', ',', '\n', '\r\n', ' ', 'a', 'b,', '\n"'),
    maxLength: 30,
  });
  await fc.assert(
    fc.asyncProperty(text, async (body) => {
      await writeFile(path, `x,y\n${body}`);
      const { rows, error } = await readAll({
        location,
        file: { pattern: 'a.csv', format: 'csv', delimiter: ',' },
      });
      assert.ifError(error);
      let expected: readonly unknown[] | undefined;
      try {
        expected = parse(`x,y\n${body}`, {
          columns: true,
          skip_empty_lines: true,
          record_delimiter: ['\r\n', '\n'],
        });
      } catch {
        return;
      }
      assert.deepEqual(rows, expected);
    }),
    { numRuns: 300 },
  );
  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ maxLength: 60 }),
      fc.constantFrom('csv', 'jsonl'),
      async (bytes, format) => {
        await writeFile(path, bytes);
        const { rows, error } = await readAll({ location, file: { pattern: 'a.csv', format } });
        const code = (error as { code?: string } | undefined)?.code;
        assert.ok(code === undefined || code === 'SOURCE_FILE_REFUSED', String(error));
        assert.ok(rows.every((row) => isUnreadable(row) || (typeof row === 'object' && row !== null)));
      },
    ),
    { numRuns: 150 },
  );
  await rm(path);
});

test('a reader that stops early leaves nothing open', async (t) => {
  const location = await tempFolder(t);
  await writeFile(join(location, 'a.csv'), `id\n${'1\n'.repeat(5_000)}`);
  for await (const page of pagesOf({ location, file: { pattern: '*', format: 'csv' } })) {
    if (page.rows.length === 0) continue;
    assert.equal(page.rows.length, 1_000);
    break;
  }
});
