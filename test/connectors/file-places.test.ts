import assert from 'node:assert/strict';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { compilePattern } from '../../connectors/file/pattern.ts';
import { checkFiles, createFileSource } from '../../connectors/file/source.ts';
import { TributaryError } from '../../domain/errors.ts';
import { createEgress } from '../../platform/egress.ts';
import { after, fileDefinition, type Reading, readAll, tempFolder } from './file-support.ts';

const csv = { file: { pattern: '*.csv', format: 'csv' } };

test('patterns name files as in a shell', () => {
  const fits: readonly (readonly [string, readonly string[], readonly string[]])[] = [
    ['orders.csv', ['orders.csv'], ['Orders.csv', 'ordersxcsv', 'a/orders.csv']],
    ['orders-*.csv', ['orders-1.csv', 'orders-.csv'], ['orders-1.csv.tmp', 'orders-a/b.csv']],
    ['*.csv', ['a.csv'], ['.a.csv', 'x/a.csv']],
    ['?.csv', ['a.csv'], ['ab.csv', '.csv']],
    ['**/*.csv', ['a.csv', 'x/a.csv', 'x/y/a.csv'], ['.x/a.csv', 'x/.a.csv', 'a.csvx']],
    ['x/**', ['x/a', 'x/y/a'], ['a', 'y/a', 'x/.a']],
    ['a/**/b', ['a/b', 'a/x/b', 'a/x/y/b'], ['ab', 'a/xb']],
    ['(a+b)[1].csv', ['(a+b)[1].csv'], ['aab1.csv']],
  ];
  for (const [pattern, yes, no] of fits) {
    for (const name of yes) assert.equal(compilePattern(pattern)(name), true, `${pattern} ${name}`);
    for (const name of no) assert.equal(compilePattern(pattern)(name), false, `${pattern} ${name}`);
  }
});

async function refusal(reading: Reading, code: string, says: RegExp): Promise<void> {
  const { error } = await readAll(reading);
  assert.ok(error instanceof TributaryError, String(error));
  assert.equal(error.code, code);
  assert.match(error.message, says);
}

test('nothing outside of the allowed folders is read', async (t) => {
  const [allowed, outside] = [await tempFolder(t), await tempFolder(t)];
  await mkdir(join(allowed, 'acme'));
  await writeFile(join(allowed, 'acme', 'a.csv'), 'id\n1\n');
  await writeFile(join(outside, 'secret.csv'), 'id\n2\n');
  await symlink(outside, join(allowed, 'away'));
  const reading = (location: string, folders = [allowed]) => ({ location, folders, ...csv });

  assert.deepEqual((await readAll(reading(join(allowed, 'acme')))).rows, [{ id: '1' }]);
  const refused = 'SOURCE_FOLDER_REFUSED';
  await refusal(reading(outside), refused, /is not below a folder of TRIBUTARY_SOURCE_FOLDERS/);
  await refusal(reading(`${allowed}x`), refused, /is not below/);
  await refusal(reading(join(allowed, 'acme'), []), refused, /No folder may be read from yet/);
  await refusal(reading(`${allowed}/acme/../../${outside.split('/').at(-1)}`), refused, /is not below/);
  await refusal(reading(join(allowed, 'away')), refused, /leads out of the folders/);
  await refusal(reading(join(allowed, 'missing')), 'SOURCE_UNREACHABLE', /is not there, or cannot be read/);
  await refusal(reading('acme'), 'INVALID_CREDENTIALS', /an absolute folder, or an https address/);

  // A link to a folder is not followed, and one to a file must stay inside.
  assert.deepEqual(
    (await readAll({ ...reading(allowed), file: { ...csv.file, pattern: '**/*.csv' } })).rows,
    [{ id: '1' }],
  );
  await symlink(join(allowed, 'acme', 'a.csv'), join(allowed, 'inside.csv'));
  assert.deepEqual((await readAll(reading(allowed))).rows, [{ id: '1' }]);
  await symlink(join(outside, 'secret.csv'), join(allowed, 'acme', 'b.csv'));
  await refusal(reading(join(allowed, 'acme')), refused, /b\.csv is a link out of/);
  for (const pattern of ['../a.csv', '/a.csv', 'x/../../a.csv', 'x\\a.csv'])
    assert.throws(() => fileDefinition({ file: { ...csv.file, pattern } }), /relative|\.\./);
});

test('a file at an address is fetched when it changed, through the guard', async (t) => {
  let content = 'id,v\n1,a\n';
  let status = 200;
  let tags = true;
  const asked: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    const etag = `"${content.length}"`;
    asked.push(request.headers['if-none-match']);
    if (request.url === '/far/orders.csv?key=k')
      return response.writeHead(302, { location: '/data/orders.csv?key=k' }).end();
    if (request.url === '/inner/orders.csv?key=k')
      return response.writeHead(302, { location: 'http://10.0.0.1/' }).end();
    if (request.url !== '/data/orders.csv?key=k') return response.writeHead(404).end();
    if (status !== 200) return response.writeHead(status, { 'retry-after': '7' }).end('busy');
    if (tags && request.headers['if-none-match'] === etag) return response.writeHead(304).end();
    return response.writeHead(200, tags ? { etag } : {}).end(content);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const egress = createEgress({ allow: ['127.0.0.1'] });
  t.after(async () => {
    await egress.close();
    await new Promise((closed) => server.close(closed));
  });
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const reading = (folder: string, pattern = 'orders.csv') => ({
    location: `${origin}/${folder}?key=k`,
    folders: [],
    fetch: egress.fetch,
    file: { pattern, format: 'csv' },
  });

  const first = await readAll(reading('data'));
  assert.deepEqual(first.rows, [{ id: '1', v: 'a' }]);
  const second = await readAll(reading('data'), after(first));
  assert.deepEqual([second.rows, asked.at(-1)], [[], '"9"']);
  content += '2,b\n';
  const third = await readAll(reading('data'), after(second));
  assert.deepEqual(third.rows, [{ id: '2', v: 'b' }]);
  // Without a tag the content says it.
  tags = false;
  assert.deepEqual((await readAll(reading('data'), after(third))).rows, []);
  assert.deepEqual((await readAll(reading('far'))).rows.length, 2);

  await refusal(reading('inner'), 'ADDRESS_REFUSED', /10\.0\.0\.1 is not asked/);
  await refusal(reading('none'), 'SOURCE_RESOURCE_NOT_FOUND', /answered 404 for orders\.csv/);
  await refusal(reading('data', '*.csv'), 'SOURCE_FILE_REFUSED', /only one file can be named/);
  await refusal(
    { ...reading('data'), location: 'http://example.com/' },
    'INVALID_CREDENTIALS',
    /https address/,
  );
  status = 429;
  const limited = await readAll(reading('data'));
  assert.ok(limited.error instanceof TributaryError);
  assert.deepEqual([limited.error.code, limited.error.details.retryAfterMs], ['SOURCE_RATE_LIMITED', 7_000]);
  status = 503;
  await refusal(reading('data'), 'SOURCE_SERVER_ERROR', /answered 503/);
});

test('the test of a connection says whether its place can be read', async (t) => {
  const folder = await tempFolder(t);
  const check = (location: string) =>
    checkFiles(
      fileDefinition(csv),
      {},
      {
        credentials: { authorization: async () => JSON.stringify({ location }) },
        fetch,
        folders: [folder],
        signal: new AbortController().signal,
      },
    );
  await check(folder);
  await assert.rejects(check('/'), { code: 'SOURCE_FOLDER_REFUSED' });
  await assert.rejects(check(join(folder, 'x')), { code: 'SOURCE_UNREACHABLE' });
  const source = createFileSource(
    fileDefinition(csv),
    {},
    {
      credentials: { authorization: async () => 'Bearer x' },
      fetch,
    },
  );
  const pages = source.read({ resource: 'rows', signal: new AbortController().signal });
  await assert.rejects(
    async () => {
      for await (const _ of pages) break;
    },
    { code: 'INVALID_CREDENTIALS' },
  );
});
