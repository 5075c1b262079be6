import assert from 'node:assert/strict';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { describe, test } from 'node:test';
import { type ConnectorDefinition, parseDefinition } from '../../connectors/definition.ts';
import { createReportSource } from '../../connectors/registry.ts';
import type { Exchange, SourcePage } from '../../connectors/source.ts';
import type { JsonValue } from '../../domain/json.ts';
import { createEgress } from '../../platform/egress.ts';
import { localEgress } from '../support/egress.ts';
import { json, rowsOf, serve } from '../support/reading.ts';

const report = { id: 'sales', name: 'Sales', key: ['id'], schema: 'infer' };
const atOnce = { ...report, date: { param: 'date' }, path: '/sales', recordsPath: '/data' };
const request = { path: '/reports', body: { type: 'sales', day: '{date}' }, idPath: '/id' };
const status = {
  ...{ path: '/reports/{reportId}', statePath: '/state', messagePath: '/why' },
  ...{ done: ['done'], failed: ['failed'], empty: ['no_data'], pending: ['queued'] },
};
const csv = { urlPath: '/url', format: 'csv' };
const later = (download: object, changes: object = {}) => ({
  ...{ ...report, date: {}, asynchronous: { request, status, download } },
  ...changes,
});

const definitionWith = (...reports: object[]): ConnectorDefinition =>
  parseDefinition(
    JSON.stringify({
      ...{ version: 1, id: 'shop', name: 'Shop', auth: { kind: 'bearer' } },
      headers: { 'X-Shop': 'acme' },
      identity: { path: '/me', account: '/id' },
      resources: [{ ...report, id: 'orders', path: '/orders', recordsPath: '' }],
      reports,
    }),
    'shop.yaml',
  );

const { signal } = new AbortController();
const day = { report: 'sales', date: '2017-11-05', timeZone: 'America/Los_Angeles', signal };
const made = { report: 'sales', reportId: 'r-1', signal };
const sourceAt = (baseUrl: string, reports: object, egress = localEgress) =>
  createReportSource(
    definitionWith(reports),
    { baseUrl },
    { credentials: { authorization: async () => 'Bearer secret-1' }, fetch: egress.fetch },
  );

async function all(pages: AsyncIterable<SourcePage>): Promise<SourcePage[]> {
  const read: SourcePage[] = [];
  for await (const page of pages) read.push(page);
  return read;
}

type Answer = (request: IncomingMessage, response: ServerResponse, body: string) => void;

/** A server that answers by method and path, and remembers what was asked. */
async function app(answers: Record<string, JsonValue | Answer>) {
  const asked: { method: string; url: string; body: string; auth?: string; shop?: unknown }[] = [];
  const { url } = await serve(async (incoming, response) => {
    let body = '';
    for await (const chunk of incoming) body += chunk;
    const { method = '', headers } = incoming;
    const auth = headers.authorization;
    asked.push({
      ...{ method, url: incoming.url ?? '', body, shop: headers['x-shop'] },
      ...(auth === undefined ? {} : { auth }),
    });
    const answer = answers[`${method} ${incoming.url?.split('?')[0]}`];
    if (typeof answer === 'function') answer(incoming, response, body);
    else if (answer === undefined) response.writeHead(404).end('{"error":"no such thing"}');
    else json(answer)(incoming, response);
  });
  return { url, asked };
}

describe('a report that is there at once', () => {
  test('is asked for by its date, and read page by page', async () => {
    const { url, asked } = await app({
      'GET /sales': (incoming, response) => {
        const page = Number(new URL(incoming.url ?? '', 'http://x').searchParams.get('page'));
        response.end(JSON.stringify({ data: page < 3 ? [{ id: 2 * page - 1 }, { id: 2 * page }] : [] }));
      },
    });
    const source = sourceAt(url, { ...atOnce, pagination: { kind: 'page', param: 'page' } });
    const pages = await all(source.report(day));
    assert.deepEqual(rowsOf(pages), [{ id: 1 }, { id: 2 }, { id: 3 }, { id: 4 }]);
    assert.deepEqual(asked[0], {
      ...{ method: 'GET', url: '/sales?date=2017-11-05&page=1', body: '' },
      ...{ auth: 'Bearer secret-1', shop: 'acme' },
    });
    assert.equal(source.isAsynchronous('sales'), false);
  });

  test('a range is the day of the zone, whose clock is put back in it', async () => {
    const { url, asked } = await app({ 'GET /days/2017-11-05T07%3A00%3A00.000Z': { data: [] } });
    const date = { endParam: 'to', format: 'iso', endInclusive: false };
    const pages = await all(sourceAt(url, { ...atOnce, path: '/days/{date}', date }).report(day));
    assert.deepEqual(pages, [{ rows: [], next: null }]);
    assert.match(asked[0]?.url ?? '', /\?to=2017-11-06T08%3A00%3A00\.000Z$/);
  });

  test('a rate limit is waited for, and told', async () => {
    let count = 0;
    const { url } = await app({
      'GET /sales': (_incoming, response) => {
        count += 1;
        response.writeHead(count === 1 ? 429 : 200, { 'retry-after': '0' }).end('{"data":[{"id":1}]}');
      },
    });
    const waits: number[] = [];
    const onWait = (ms: number) => waits.push(ms);
    assert.equal(rowsOf(await all(sourceAt(url, atOnce).report({ ...day, onWait }))).length, 1);
    assert.deepEqual(waits, [500]);
  });

  test('what is wrong is said before anything is asked', async () => {
    const { url, asked } = await app({});
    const source = sourceAt(url, atOnce);
    const refused = (request: object, code: string, message: RegExp) =>
      assert.rejects(all(source.report({ ...day, ...request })), { code, message });
    await refused({ report: 'other' }, 'SOURCE_RESOURCE_NOT_FOUND', /shop has no report "other"/);
    await refused({ date: '2017-02-30' }, 'INVALID_INPUT', /"2017-02-30" is no date/);
    await refused({ timeZone: 'Mars/Base' }, 'INVALID_INPUT', /no time zone/);
    await assert.rejects(source.requestReport(day), { code: 'INVALID_INPUT', message: /there at once/ });
    assert.throws(() => source.isAsynchronous('other'), { code: 'SOURCE_RESOURCE_NOT_FOUND' });
    assert.equal(asked.length, 0);
  });
});

describe('a report that the app makes in its own time', () => {
  test('is requested, asked for, and fetched with the credentials', async () => {
    let questions = 0;
    const { url, asked } = await app({
      'POST /reports': { id: 'r-1' },
      'GET /reports/r-1': (_incoming, response) => {
        questions += 1;
        if (questions === 1) response.setHeader('retry-after', '7').end('{"state":"queued"}');
        else response.end('{"state":"done","url":"/files/1?signature=abc"}');
      },
      'GET /files/1': (_incoming, response) => void response.end('id,n\na,1\nb,2\n'),
    });
    const source = sourceAt(url, later(csv));
    const exchanges: Exchange[] = [];
    const onExchange = (exchange: Exchange) => exchanges.push(exchange);
    assert.ok(source.isAsynchronous('sales'));
    assert.equal(await source.requestReport({ ...day, onExchange }), 'r-1');
    assert.deepEqual(JSON.parse(asked[0]?.body ?? ''), { type: 'sales', day: '2017-11-05' });
    assert.deepEqual(await source.reportState(made), { state: 'pending', retryAfterMs: 7000 });
    assert.deepEqual(await source.reportState(made), { state: 'done' });
    const pages = await all(source.downloadReport({ ...made, onExchange }));
    assert.deepEqual(rowsOf(pages), [
      { id: 'a', n: '1' },
      { id: 'b', n: '2' },
    ]);
    assert.ok(asked.every(({ auth, shop }) => auth === 'Bearer secret-1' && shop === 'acme'));
    assert.deepEqual(
      exchanges.map(({ method, status: code, url: shown }) => [method, code, shown.replace(url, '')]),
      [
        ['POST', 200, '/reports'],
        ['GET', 200, '/reports/r-1'],
        ['GET', 200, '/files/1?signature=[redacted]'],
      ],
    );
    await assert.rejects(all(source.report(day)), { code: 'INVALID_INPUT', message: /in its own time/ });
  });

  test('JSON below a path has pages; times are numbers in the body', async () => {
    const { url, asked } = await app({
      'POST /reports': { id: 12 },
      'GET /reports/12': { state: 'done' },
      'GET /reports/12/rows': (incoming, response) => {
        const after = new URL(incoming.url ?? '', 'http://x').searchParams.get('after');
        response.end(after === null ? '{"data":[{"id":1}],"next":"x"}' : '{"data":[{"id":2}],"next":null}');
      },
    });
    const pagination = { kind: 'cursor', param: 'after', nextPath: '/next' };
    const download = { path: '/reports/{reportId}/rows', recordsPath: '/data', pagination };
    const asynchronous = {
      ...{ request: { ...request, body: { range: ['{date}', '{end}'], note: 'from {date}' } }, status },
      download,
    };
    const source = sourceAt(url, { ...report, date: { format: 'epochSeconds' }, asynchronous });
    const reportId = await source.requestReport(day);
    assert.deepEqual(JSON.parse(asked[0]?.body ?? ''), {
      range: [1509865200, 1509955199],
      note: 'from 1509865200',
    });
    const pages = await all(source.downloadReport({ ...made, reportId }));
    assert.deepEqual(rowsOf(pages), [{ id: 1 }, { id: 2 }]);
  });

  const answers: [what: string, answer: JsonValue, state: object][] = [
    ['failed, in its words', { state: 'failed', why: 'too  much' }, { state: 'failed', said: 'too much' }],
    ['failed, without words', { state: 'failed' }, { state: 'failed', said: 'state failed' }],
    ['without rows', { state: 'no_data' }, { state: 'done' }],
  ];
  for (const [what, answer, state] of answers)
    test(`a report may be ${what}`, async () => {
      const { url } = await app({ 'GET /reports/r-1': answer });
      const source = sourceAt(url, later(csv));
      assert.deepEqual(await source.reportState(made), state);
      const pages = all(source.downloadReport(made));
      if ('said' in state) await assert.rejects(pages, { code: 'SOURCE_REPORT_FAILED' });
      else assert.deepEqual(await pages, [{ rows: [], next: null }]);
    });

  test('one that is never ready stays pending, and is not fetched', async () => {
    const { url, asked } = await app({ 'GET /reports/r-1': { state: 'queued' } });
    const source = sourceAt(url, later(csv));
    for (let i = 0; i < 3; i++) assert.deepEqual(await source.reportState(made), { state: 'pending' });
    await assert.rejects(all(source.downloadReport(made)), {
      code: 'SOURCE_BAD_ANSWER',
      message: /not ready/,
    });
    assert.equal(asked.length, 4);
  });

  for (const code of [404, 410])
    test(`one that is gone (${code}) is SOURCE_REPORT_GONE, as a question and as a file`, async () => {
      const gone: Answer = (_incoming, response) => void response.writeHead(code).end('{"error":"gone"}');
      const { url } = await app({
        'GET /reports/r-1': gone,
        'GET /reports/r-2': { state: 'done' },
        'GET /f': gone,
      });
      const source = sourceAt(url, later(csv));
      const expected = { code: 'SOURCE_REPORT_GONE', message: /does not know the requested report "r-1"/ };
      await assert.rejects(source.reportState(made), expected);
      await assert.rejects(all(source.downloadReport(made)), expected);
      const file = sourceAt(url, later({ path: '/f?id={reportId}', format: 'csv' }));
      await assert.rejects(all(file.downloadReport({ ...made, reportId: 'r-2' })), {
        code: 'SOURCE_REPORT_GONE',
      });
    });

  test('answers that are not what the definition says are SOURCE_BAD_ANSWER', async () => {
    const { url } = await app({
      'POST /reports': { id: null },
      'GET /reports/none': { progress: 1 },
      'GET /reports/odd': { state: 'resting' },
      'GET /reports/r-1': { state: 'done', url: 'ftp://x/y' },
      'GET /reports/r-2': { state: 'done' },
    });
    const source = sourceAt(url, later(csv));
    const bad = (message: RegExp) => ({ code: 'SOURCE_BAD_ANSWER', message });
    await assert.rejects(source.requestReport(day), bad(/no id at "\/id"/));
    await assert.rejects(source.reportState({ ...made, reportId: 'none' }), bad(/no state at "\/state"/));
    await assert.rejects(source.reportState({ ...made, reportId: 'odd' }), bad(/does not: "resting"/));
    await assert.rejects(all(source.downloadReport(made)), bad(/not an http/));
    await assert.rejects(
      all(source.downloadReport({ ...made, reportId: 'r-2' })),
      bad(/no address of a file/),
    );
    await assert.rejects(source.reportState({ ...made, reportId: '..' }), { code: 'INVALID_INPUT' });
  });
});

describe('the address of a file', () => {
  const guarded = createEgress({ allow: ['127.0.0.1'] });
  const done = (url: string): JsonValue => ({ state: 'done', url });

  test('at another origin gets neither credentials nor headers, also after a redirect', async () => {
    const files = await app({ 'GET /1.csv': (_incoming, response) => void response.end('id\n1\n') });
    const { url } = await app({
      'GET /reports/r-1': done(`${files.url}/1.csv?sig=x`),
      'GET /reports/r-2': done('/moved'),
      'GET /moved': (_incoming, response) =>
        void response.writeHead(302, { location: `${files.url}/1.csv` }).end(),
    });
    const source = sourceAt(url, later(csv), guarded);
    for (const reportId of ['r-1', 'r-2'])
      assert.deepEqual(rowsOf(await all(source.downloadReport({ ...made, reportId }))), [{ id: '1' }]);
    assert.deepEqual(
      files.asked.map(({ auth, shop }) => [auth, shop]),
      [
        [undefined, undefined],
        [undefined, undefined],
      ],
    );
  });

  test('that is private, or redirects to what is private, is refused', async () => {
    const { url } = await app({
      'GET /reports/r-1': done('http://169.254.169.254/latest/meta-data'),
      'GET /reports/r-2': done('/moved'),
      'GET /moved': (_incoming, response) =>
        void response.writeHead(302, { location: 'http://10.0.0.1/secret.csv' }).end(),
    });
    const source = sourceAt(url, later(csv), guarded);
    for (const reportId of ['r-1', 'r-2'])
      await assert.rejects(all(source.downloadReport({ ...made, reportId })), { code: 'ADDRESS_REFUSED' });
  });

  test('whose host wants credentials is refused; the grant is not touched', async () => {
    const files = await app({
      'GET /1.csv': (_incoming, response) => void response.writeHead(401).end('{"error":"expired link"}'),
    });
    const { url } = await app({ 'GET /reports/r-1': done(`${files.url}/1.csv`) });
    await assert.rejects(all(sourceAt(url, later(csv)).downloadReport(made)), {
      code: 'SOURCE_REFUSED',
      message: /expired link/,
    });
  });

  test('a request that is redirected elsewhere is not sent again', async () => {
    const { url, asked } = await app({
      'POST /reports': (_incoming, response) => void response.writeHead(307, { location: '/other' }).end(),
    });
    await assert.rejects(sourceAt(url, later(csv)).requestReport(day), { code: 'SOURCE_REFUSED' });
    assert.equal(asked.length, 1);
  });
});
