import assert from 'node:assert/strict';
import { after, beforeEach, describe, test } from 'node:test';
import type { Credentials } from '../../connectors/source.ts';
import { pagedCredentials, pagedDefinition, pagedRows, startPagedApp } from '../support/paged-app.ts';
import { readAll, right, rowsOf } from '../support/reading.ts';

describe('a REST source', async () => {
  const app = await startPagedApp({ resources: { orders: [] }, pageSize: 10 });
  after(() => app.stop());
  beforeEach(() => {
    app.rows.orders.splice(0, Infinity, ...pagedRows(25));
    app.asked.length = 0;
    Object.assign(app.faults, { fail: undefined, cut: 0, raw: undefined, revoked: false, hold: false });
  });

  test('reads every row once, in pages, with the total', async () => {
    const pages = await readAll(app.url);
    assert.deepEqual(rowsOf(pages), app.rows.orders);
    assert.deepEqual(
      pages.map(({ rows, next, total }) => [rows.length, next, total]),
      [
        [10, '10', 25],
        [10, '20', 25],
        [5, null, 25],
      ],
    );
  });

  test('goes on where the last stored page ended', async () => {
    assert.deepEqual(rowsOf(await readAll(app.url, { from: '20' })), pagedRows(5, 21));
  });

  test('asks for what was updated since, on every page', async () => {
    const since = '2024-01-01T00:00:13.000Z';
    assert.deepEqual(rowsOf(await readAll(app.url, { since })), pagedRows(13, 13));
    assert.deepEqual(
      app.asked.map((page) => page.since),
      [since, since],
    );
  });

  test('an unknown resource is SOURCE_RESOURCE_NOT_FOUND, by us and by the app', async () => {
    await assert.rejects(readAll(app.url, { resource: 'nothing' }), { code: 'SOURCE_RESOURCE_NOT_FOUND' });
    const wider = pagedDefinition({ resources: ['nothing'] });
    await assert.rejects(readAll(app.url, { definition: wider, resource: 'nothing' }), {
      code: 'SOURCE_RESOURCE_NOT_FOUND',
    });
  });

  for (const [status, code] of [
    [500, 'SOURCE_SERVER_ERROR'],
    [503, 'SOURCE_SERVER_ERROR'],
    [400, 'SOURCE_REFUSED'],
    [403, 'SOURCE_REFUSED'],
  ] as const)
    test(`${status} is ${code}, and is asked once`, async () => {
      app.faults.fail = { count: 9, status };
      await assert.rejects(readAll(app.url), { code });
      assert.equal(app.asked.length, 1);
    });

  test('a cut connection is SOURCE_UNREACHABLE', async () => {
    app.faults.cut = 1;
    await assert.rejects(readAll(app.url), { code: 'SOURCE_UNREACHABLE' });
  });

  test('HTML is SOURCE_BAD_ANSWER with its type and beginning, without secrets', async () => {
    const secret = pagedCredentials.bearer.token;
    app.faults.raw = {
      contentType: 'text/html',
      body: `<html>hello ${secret} abcdefghijklmnop0123456789xyz${'!'.repeat(200)}`,
    };
    await assert.rejects(readAll(app.url), (error: Error) => {
      assert.match(error.message, /text\/html: "<html>hello \[redacted\] \[redacted\]!+"/);
      assert.equal('code' in error && error.code, 'SOURCE_BAD_ANSWER');
      assert.ok(error.message.length < 250 && !error.message.includes(secret));
      return true;
    });
  });

  test('of broken data nothing is quoted: it may hold what nobody may see', async () => {
    app.faults.raw = { contentType: 'application/json', body: '{"data":[{"email":"ada@example.com' };
    await assert.rejects(readAll(app.url), {
      code: 'SOURCE_BAD_ANSWER',
      message: /answered 200, application\/json, \d+ bytes, which is not JSON/,
    });
  });

  test('broken JSON, and JSON without rows or with an odd cursor, is SOURCE_BAD_ANSWER', async () => {
    for (const body of [
      '{"data": [1,',
      '{"rows": []}',
      '{"data": {}}',
      '[]',
      'null',
      '{"data": [], "next": {}}',
    ]) {
      app.faults.raw = { contentType: 'application/json', body };
      await assert.rejects(readAll(app.url), { code: 'SOURCE_BAD_ANSWER' }, body);
    }
  });

  test('401 asks for a refresh once and goes on', async () => {
    const refreshed: boolean[] = [];
    const credentials: Credentials = {
      authorization: async (options) => {
        refreshed.push(options?.refresh ?? false);
        return options?.refresh ? right : 'Bearer expired';
      },
    };
    app.rows.orders.splice(5);
    assert.equal(rowsOf(await readAll(app.url, { options: { credentials } })).length, 5);
    assert.deepEqual(refreshed, [false, true]);
  });

  test('401 after the refresh is GRANT_REVOKED', async () => {
    app.faults.revoked = true;
    await assert.rejects(readAll(app.url), { code: 'GRANT_REVOKED' });
  });

  test('a short Retry-After is waited for, and told', async () => {
    app.faults.fail = { count: 1, status: 429, retryAfterSeconds: 1 };
    const waits: number[] = [];
    assert.equal(rowsOf(await readAll(app.url, { onWait: (ms) => waits.push(ms) })).length, 25);
    assert.deepEqual(waits, [1000]);
  });

  test('a long Retry-After is SOURCE_RATE_LIMITED and says how long', async () => {
    app.faults.fail = { count: 1, status: 429, retryAfterSeconds: 31 };
    await assert.rejects(readAll(app.url), {
      code: 'SOURCE_RATE_LIMITED',
      details: { retryAfterMs: 31_000 },
    });
  });

  test('an abort ends the wait for a rate limit and the wait for an answer with its reason', async () => {
    const reason = new Error('enough');
    const limited = new AbortController();
    app.faults.fail = { count: 1, status: 429, retryAfterSeconds: 30 };
    const options = { signal: limited.signal, onWait: () => setImmediate(() => limited.abort(reason)) };
    await assert.rejects(readAll(app.url, options), reason);

    const held = new AbortController();
    app.faults.hold = true;
    const reading = readAll(app.url, { signal: held.signal });
    while (app.waiting() === 0) await new Promise((resolve) => setImmediate(resolve));
    held.abort(reason);
    await assert.rejects(reading, reason);
    await assert.rejects(readAll(app.url, { signal: held.signal }), reason);
  });

  test('an app that does not answer in time is SOURCE_UNREACHABLE', async () => {
    app.faults.hold = true;
    await assert.rejects(readAll(app.url, { options: { timeoutMs: 50 } }), {
      code: 'SOURCE_UNREACHABLE',
      message: /no complete answer within 50 ms/,
    });
  });

  test('an answer that is too large is SOURCE_TOO_LARGE', async () => {
    await assert.rejects(readAll(app.url, { options: { maxBytes: 500 } }), {
      code: 'SOURCE_TOO_LARGE',
      message: /500 bytes/,
    });
  });
});
