import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { after, describe, test } from 'node:test';
import type { ConnectorDefinition } from '../../connectors/definition.ts';
import { createRestSource } from '../../connectors/rest/source.ts';
import { pagedDefinition, pagedRows, startPagedApp } from '../support/paged-app.ts';
import { fixed, json, readAll, right, rowsOf, serve } from '../support/reading.ts';

const definition = pagedDefinition();

test('a port where nobody listens is SOURCE_UNREACHABLE', async () => {
  const server = createTcpServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  await assert.rejects(readAll(`http://127.0.0.1:${port}`), {
    code: 'SOURCE_UNREACHABLE',
    message: /ECONNREFUSED/,
  });
});

test('the same cursor twice is SOURCE_CURSOR_REPEATED', async () => {
  const { url } = await serve(json({ data: [{ id: 1 }], next: 'again' }));
  await assert.rejects(readAll(url), { code: 'SOURCE_CURSOR_REPEATED' });
});

test('a resumed read that is sent back to where it began is SOURCE_CURSOR_REPEATED', async () => {
  const { url } = await serve(json({ data: [{ id: 1 }], next: 'again' }));
  const source = createRestSource(definition, { app: { baseUrl: url }, credentials: fixed(right) });
  const { signal } = new AbortController();
  const pages = source.read({ resource: 'orders', from: 'again', signal })[Symbol.asyncIterator]();
  await assert.rejects(pages.next(), { code: 'SOURCE_CURSOR_REPEATED' });
});

test('a rate limit of 0 seconds does not end in a hot loop', async () => {
  let asked = 0;
  const { url } = await serve((_request, response) => {
    asked += 1;
    response.writeHead(asked < 3 ? 429 : 200, { 'retry-after': '0' }).end('{"data":[]}');
  });
  const waits: number[] = [];
  await readAll(url, { onWait: (ms) => waits.push(ms) });
  assert.deepEqual(waits, [500, 500]);
});

test('bytes that are not UTF-8 are SOURCE_BAD_ANSWER', async () => {
  const { url } = await serve(
    (_request, response) => void response.end(Buffer.from('{"data":["\xe9"]}', 'latin1')),
  );
  await assert.rejects(readAll(url), { code: 'SOURCE_BAD_ANSWER', message: /UTF-8/ });
});

test('a redirect is refused: the credentials do not follow it', async () => {
  const { url } = await serve(
    (_request, response) => void response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
  );
  await assert.rejects(readAll(url), { code: 'SOURCE_REFUSED' });
});

describe('pages by number', () => {
  const [resource] = definition.resources;
  assert.ok(resource);
  const numbered: ConnectorDefinition = {
    ...definition,
    resources: [
      { ...resource, pagination: { kind: 'page', param: 'page', first: 1, sizeParam: 'size', size: 50 } },
    ],
  };

  test('end with the empty page, even where the app gives fewer rows than asked for', async () => {
    const { url } = await serve((request, response) => {
      const query = new URL(request.url ?? '', 'http://app').searchParams;
      assert.equal(query.get('size'), '50');
      const page = Number(query.get('page'));
      response.end(JSON.stringify({ data: page <= 3 ? [{ id: page }, { id: -page }] : [] }));
    });
    assert.equal(rowsOf(await readAll(url, { definition: numbered })).length, 6);
    assert.equal(rowsOf(await readAll(url, { definition: numbered, from: 3 })).length, 2);
  });

  test('an app that ignores the number is SOURCE_CURSOR_REPEATED', async () => {
    const { url } = await serve(json({ data: [{ id: 1 }] }));
    await assert.rejects(readAll(url, { definition: numbered }), { code: 'SOURCE_CURSOR_REPEATED' });
  });
});

test('a resource without pages is one request, its rows may be the whole answer', async () => {
  const [resource] = definition.resources;
  assert.ok(resource);
  const single: ConnectorDefinition = {
    ...definition,
    resources: [
      { ...resource, pagination: { kind: 'none' }, recordsPath: '', params: { active: true, type: 'a b' } },
    ],
  };
  const asked: string[] = [];
  const { url } = await serve((request, response) => {
    asked.push(request.url ?? '');
    response.end('[{"id":1},{"id":2}]');
  });
  assert.deepEqual(rowsOf(await readAll(`${url}/`, { definition: single })), [{ id: 1 }, { id: 2 }]);
  assert.deepEqual(asked, ['/orders?active=true&type=a+b']);
});

test('a rate limit in the definition keeps requests apart', async () => {
  const app = await startPagedApp({ resources: { orders: pagedRows(5) }, pageSize: 1 });
  after(() => app.stop());
  const started = performance.now();
  await readAll(app.url, { definition: { ...definition, rateLimit: { requestsPerSecond: 20 } } });
  assert.ok(performance.now() - started >= 195);
});
