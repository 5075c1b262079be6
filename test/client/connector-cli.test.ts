import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { stringify } from 'yaml';
import { authKinds, paginationKinds, skeletonText } from '../../client/cli/connector/skeleton.ts';
import { parseDefinition } from '../../connectors/definition.ts';
import type { JsonValue } from '../../domain/json.ts';
import { asHere } from '../support/node.ts';
import {
  type PagedApp,
  pagedCredentials,
  pagedDefinition,
  pagedRows,
  startPagedApp,
} from '../support/paged-app.ts';
import { tributary } from './cli-process.ts';

describe('tributary connector', () => {
  let folder: string;
  let app: PagedApp<'orders' | 'people'>;
  let definition: string;
  let secret: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tributary-connector-'));
    app = await startPagedApp({
      resources: { orders: pagedRows(250) as JsonValue[], people: [] as JsonValue[] },
    });
    definition = await write('paged.yaml', stringify(pagedDefinition()));
    secret = await write('secret', `${pagedCredentials.bearer.token}\n`);
  });
  after(async () => {
    await app.stop();
    await rm(folder, { recursive: true, force: true });
  });

  async function write(name: string, text: string): Promise<string> {
    const file = join(folder, name);
    await writeFile(file, text);
    return file;
  }
  const run = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
    tributary(['connector', ...args], { TRIBUTARY_DATA: join(folder, 'data'), ...env });
  const access = () => ['--base-url', app.url, '--secret-file', secret];

  it('writes a definition that validates, and none over a file that is there', async () => {
    const file = join(folder, 'new.yaml');
    const args = ['new', 'my-app', '--file', file, '--auth', 'apiKey', '--pagination', 'page'];
    const made = await run([...args, '--resource', 'a', '--resource', 'b']);
    assert.equal(made.code, 0, made.stderr);
    const text = await readFile(file, 'utf8');
    assert.deepEqual(
      parseDefinition(text, file).resources.map(({ id, pagination }) => [id, pagination.kind]),
      [
        ['a', 'page'],
        ['b', 'page'],
      ],
    );
    const [again, wrong] = await Promise.all([
      run(['new', 'other', '--file', file]),
      run(['new', 'No Slug', '--file', join(folder, 'x.yaml')]),
    ]);
    assert.deepEqual([again.code, wrong.code], [2, 2]);
    assert.match(again.stderr, /is there already/);
    assert.match(wrong.stderr, /"No Slug" cannot be the id: expected a slug/);
    assert.equal(await readFile(file, 'utf8'), text);
  });

  for (const auth of authKinds)
    for (const pagination of paginationKinds)
      it(`has a skeleton for ${auth} and ${pagination}`, () => {
        for (const baseUrl of [null, 'https://api.example.com/']) {
          const options = {
            id: 'my-app',
            auth,
            pagination,
            baseUrl,
            resources: ['a', 'b'],
            schemaPath: './x',
          };
          const { auth: made, resources } = parseDefinition(skeletonText(options), 'app.yaml');
          assert.deepEqual([made.kind, resources[1]?.pagination.kind], [auth, pagination]);
        }
      });

  it('tells the faults of files with line, path and example, and ends 1', async () => {
    const faulty = await write(
      'faulty.yaml',
      stringify(pagedDefinition()).replace('nextPath: /next', 'skip: 1'),
    );
    const text = await run(['validate', definition, faulty]);
    assert.equal(text.code, 1);
    assert.match(text.stdout, /^OK .*paged\.yaml: paged \(orders\)$/m);
    assert.match(
      text.stdout,
      /faulty\.yaml:\d+: resources\.0\.pagination\.skip: expected .*, for example `\w+: .*`$/m,
    );
    const json = JSON.parse((await run(['validate', faulty, '--json'])).stdout);
    assert.equal(json.ok, false);
    assert.deepEqual(Object.keys(json.files[0].faults[0]).sort(), ['example', 'expected', 'line', 'path']);
  });

  it('tests the connection and one page of a resource', async () => {
    const { code, stdout, stderr } = await run(['test', definition, ...access()]);
    assert.equal(code, 0, stdout + stderr);
    assert.match(stdout, /^connection: OK, account account-1$/m);
    assert.match(stdout, /^orders +100 +100 +0 +found +OK$/m);
    assert.match(stdout, /All is well with the first pages/);
  });

  it('says which rows do not fit, that a key is not unique, and what could be the cursor', async () => {
    const rows = [
      { id: 'a', updated_at: '2024-01-01T00:00:00Z' },
      { id: 'a', updated_at: '2024-01-02T00:00:00Z' },
    ];
    app.rows.people.splice(
      0,
      10,
      ...rows,
      { id: 'b', updated_at: '2024-01-01T00:00:00Z', amount: 'x' },
      { id: 4 },
    );
    const [orders] = pagedDefinition({ resources: ['people'], incremental: false }).resources;
    const { cursor: _, ...without } = orders ?? {};
    const file = await write('people.yaml', stringify({ ...pagedDefinition(), resources: [without] }));
    const { code, stdout } = await run(['test', file, ...access(), '--json']);
    assert.equal(code, 1);
    const [{ fits, unfit, reasons, faults, hints, next }] = JSON.parse(stdout).resources;
    assert.deepEqual([fits, unfit, next], [2, 2, false]);
    assert.match(reasons[0].reason, /SCHEMA_MISMATCH: amount must be number/);
    assert.equal(reasons[0].first, 3);
    assert.match(faults.join(), /key \(id\) is not unique in the page: "a" has 2 rows/);
    assert.match(hints.join(), /there is no cursor/);
  });

  it('names the lists of an answer when recordsPath finds none', async () => {
    const file = await write('lists.yaml', stringify(pagedDefinition()).replace('/data', '/items'));
    const { code, stdout } = await run(['test', file, ...access()]);
    assert.equal(code, 1);
    assert.match(stdout, /recordsPath finds no list; these pointers hold lists: \/data/);
  });

  it('stops at credentials that the app does not take, and asks for what is missing', async () => {
    const wrong = await run(['test', definition, '--base-url', app.url], { TRIBUTARY_APP_SECRET: 'wrong' });
    assert.equal(wrong.code, 1);
    assert.match(wrong.stdout, /^connection: INVALID_CREDENTIALS: /m);
    assert.doesNotMatch(wrong.stdout + wrong.stderr, /right-token|wrong"/);
    const ran = await run(['run', definition, '--base-url', app.url], { TRIBUTARY_APP_SECRET: 'wrong' });
    assert.deepEqual([ran.code === 0, ran.stdout], [false, '']);
    const empty = await write('empty', ' \n');
    const cases = [
      [['test', definition, '--base-url', app.url], /--secret-file or TRIBUTARY_APP_SECRET/],
      [['test', definition, ...access(), '--resource', 'x'], /it has orders/],
      [['run', definition, '--secret-file', secret], /--base-url/],
      [['run', definition, '--base-url', app.url, '--secret-file', empty], /empty is empty/],
    ] as const;
    const ended = await Promise.all(cases.map(([args]) => run(args)));
    for (const [at, { code, stderr }] of ended.entries()) {
      assert.equal(code, 2);
      assert.match(stderr, cases[at]?.[1] ?? /never/);
    }
  });

  it('prints all rows of all pages as JSON lines, progress on stderr', async () => {
    const all = await run(['run', definition, ...access()]);
    assert.equal(all.code, 0, all.stderr);
    const rows: { updated_at?: unknown }[] = all.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.deepEqual(rows, pagedRows(250));
    assert.match(all.stderr, /orders: 250 rows, 3 pages, done/);
    const since = String(rows[140]?.updated_at);
    const some = await run([
      'run',
      definition,
      ...access(),
      '--since',
      since,
      '--pages',
      '1',
      '--limit',
      '4',
    ]);
    const ids = some.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).id);
    assert.deepEqual(ids, ['r141', 'r142', 'r143', 'r144']);
    assert.match(some.stderr, /orders: 4 rows, 1 page, and the app has more/);
  });

  it('ends cleanly when the reader has enough, and has not read on', async () => {
    const large = createServer((request, response) => {
      const at = Number(new URL(request.url ?? '/', 'http://app').searchParams.get('cursor') ?? 0);
      asked = Math.max(asked, at);
      const data = Array.from({ length: 100 }, (_, i) => ({ id: `${at}-${i}`, text: 'x'.repeat(5_000) }));
      response.end(JSON.stringify({ data, next: String(at + 1) }));
    });
    let asked = 0;
    large.listen(0, '127.0.0.1');
    await once(large, 'listening');
    after(() => large.close());
    const url = `http://127.0.0.1:${(large.address() as AddressInfo).port}`;
    const args = [...asHere, 'client/cli/main.ts', 'connector', 'run', definition, '--base-url', url];
    const child = spawn(process.execPath, args, {
      env: { ...process.env, TRIBUTARY_APP_SECRET: 'x', TRIBUTARY_DATA: join(folder, 'data') },
    });
    let stderr = '';
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    await once(child.stdout, 'readable');
    child.stdout.destroy();
    const [code] = await once(child, 'close');
    large.closeAllConnections();
    assert.deepEqual([code, /EPIPE|Error/.test(stderr)], [0, false], stderr);
    assert.ok(asked < 50, `${asked} pages were asked for`);
  });

  it('gets a token with the client credentials of a company', async () => {
    const server = createServer((request, response) => {
      const json = (status: number, body: unknown) => {
        response.writeHead(status, { 'content-type': 'application/json' });
        response.end(JSON.stringify(body));
      };
      if (request.url === '/token') {
        const basic = `Basic ${Buffer.from('ada:s3cret').toString('base64')}`;
        const known = request.headers.authorization === basic;
        return json(
          known ? 200 : 401,
          known ? { access_token: 'at', token_type: 'bearer' } : { error: 'invalid_client' },
        );
      }
      if (request.headers.authorization !== 'Bearer at') return json(401, {});
      return json(200, request.url === '/shops/acme/me' ? { id: 1 } : { data: pagedRows(2), next: null });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    after(() => server.close());
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const file = await write(
      'client.yaml',
      stringify({
        ...pagedDefinition(),
        auth: { kind: 'clientCredentials', tokenUrl: '{baseUrl}/token' },
        parameters: { type: 'object', required: ['shop'], properties: { shop: { type: 'string' } } },
        identity: { path: '/shops/{connection.shop}/me', account: '/id' },
      }),
    );
    const env = { TRIBUTARY_APP_SECRET: 's3cret' };
    const args = ['test', file, '--base-url', url, '--user', 'ada', '--param', 'shop=acme'];
    const [good, missing, refused] = await Promise.all([
      run(args, env),
      run(args.slice(0, -2), env),
      run(args, { TRIBUTARY_APP_SECRET: 'other' }),
    ]);
    assert.deepEqual([missing.code, /--param shop=/.test(missing.stderr)], [2, true]);
    assert.equal(good.code, 0, good.stdout + good.stderr);
    assert.match(good.stdout, /account 1/);
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /INVALID_CREDENTIALS/);
  });
});
