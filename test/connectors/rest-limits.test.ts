import assert from 'node:assert/strict';
import type { OutgoingHttpHeaders } from 'node:http';
import { describe, test } from 'node:test';
import { courtesyMs, limitedMs } from '../../connectors/rest/limits.ts';
import { createPaces } from '../../connectors/rest/paces.ts';
import { readAll, rowsOf, serve } from '../support/reading.ts';
import { restDefinition } from '../support/rest-definition.ts';

const definition = restDefinition({ pagination: { kind: 'cursor', param: 'after', nextPath: '/next' } });

/** Answers one row a page, `pages` times; `refuse` may answer first. */
async function start(
  pages: number,
  refuse: (count: number) => { status: number; headers: OutgoingHttpHeaders } | undefined,
) {
  const at: number[] = [];
  const { url } = await serve((request, response) => {
    at.push(performance.now());
    const answer = refuse(at.length) ?? { status: 200, headers: {} };
    const place = Number(new URL(request.url ?? '', 'http://app').searchParams.get('after') ?? 0);
    const next = place + 1 < pages ? String(place + 1) : null;
    response
      .writeHead(answer.status, answer.headers)
      .end(answer.status === 200 ? JSON.stringify({ data: [{ id: place }], next }) : '');
  });
  return { url, at };
}

describe('an app at its limit', () => {
  test('names the wait in seconds, as a date by its own clock, by a reset, or not at all', () => {
    const date = 'Fri, 01 Mar 2024 10:00:00 GMT';
    const now = Date.parse(date);
    const cases: readonly [Record<string, string>, number][] = [
      [{ 'retry-after': '7' }, 7_000],
      [{ 'retry-after': 'Fri, 01 Mar 2024 10:00:12 GMT', date }, 12_000],
      [{ 'retry-after': 'Fri, 01 Mar 2024 09:00:00 GMT', date }, 500],
      [{ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(now / 1000 + 90), date }, 90_000],
      [{ 'x-rate-limit-remaining': '0', 'x-rate-limit-reset': String(now + 4_000), date }, 4_000],
      [{ 'ratelimit-remaining': '0', 'ratelimit-reset': '3' }, 3_000],
      [{ ratelimit: 'limit=100, remaining=0, reset=9' }, 9_000],
      [{ ratelimit: '"default";r=0;t=11' }, 11_000],
      [{ 'ratelimit-remaining': '5', 'ratelimit-reset': '3' }, 5_000],
      [{ 'ratelimit-remaining': 'unlimited', 'ratelimit-reset': '3' }, 5_000],
      [{ 'retry-after': 'soon' }, 5_000],
      [{}, 5_000],
    ];
    for (const [headers, expected] of cases)
      assert.equal(limitedMs(new Headers(headers)), expected, JSON.stringify(headers));
  });

  test('near it, is asked a little later', () => {
    const usage = (text: string) => courtesyMs(new Headers({ 'x-used': text }), 'X-Used');
    assert.equal(usage('32/40'), 0);
    assert.equal(usage('36/40'), 1_000);
    assert.equal(usage('40 / 40'), 1_000);
    assert.equal(usage('much'), 0);
    assert.equal(courtesyMs(new Headers({ 'x-used': '40/40' }), undefined), 0);
  });

  test('is waited for in place where the reset is near, and the wait is told', async () => {
    const app = await start(2, (count) =>
      count === 1
        ? { status: 200, headers: { 'ratelimit-remaining': '0', 'ratelimit-reset': '1' } }
        : undefined,
    );
    const waits: number[] = [];
    assert.equal(rowsOf(await readAll(app.url, { definition, onWait: (ms) => waits.push(ms) })).length, 2);
    assert.ok((app.at[1] ?? 0) - (app.at[0] ?? 0) >= 950);
    assert.ok(waits.length === 1 && (waits[0] ?? 0) > 900);
  });

  test('with a reset that is far is SOURCE_RATE_LIMITED before it is asked again, after the rows before it', async () => {
    const headers = () => ({
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': String(Math.ceil(Date.now() / 1000) + 120),
    });
    const app = await start(3, (count) => (count === 2 ? { status: 200, headers: headers() } : undefined));
    await assert.rejects(
      readAll(app.url, { definition }),
      (error: { code?: string; details?: { retryAfterMs?: number } }) => {
        assert.equal(error.code, 'SOURCE_RATE_LIMITED');
        const ms = error.details?.retryAfterMs ?? 0;
        return ms > 110_000 && ms <= 122_000;
      },
    );
    assert.equal(app.at.length, 2);
    const last = await start(1, () => ({ status: 200, headers: headers() }));
    assert.equal(rowsOf(await readAll(last.url, { definition })).length, 1);
  });

  test('may say so with 403', async () => {
    const app = await start(1, (count) =>
      count === 1 ? { status: 403, headers: { 'retry-after': '1' } } : undefined,
    );
    assert.equal(rowsOf(await readAll(app.url, { definition })).length, 1);
  });
});

describe('reads of one connection', () => {
  const signal = new AbortController().signal;

  test('keep its rate together, those of another connection do not wait for them', async () => {
    const app = await start(4, () => undefined);
    const paces = createPaces();
    const rateLimit = { requestsPerSecond: 20 };
    const read = (key: string) =>
      readAll(app.url, { definition, options: { pace: paces.of(key, rateLimit) } });
    const began = performance.now();
    await Promise.all([read('a'), read('a'), read('a')]);
    assert.ok(performance.now() - began >= 11 * 50 - 5);
    const alone = performance.now();
    await paces.of('b', rateLimit).enter(signal);
    assert.ok(performance.now() - alone < 40);
  });

  test('are so many at a time, in their order, and one that is stopped gives its place up', async () => {
    let now = 0;
    let most = 0;
    const { url } = await serve((_request, response) => {
      most = Math.max(most, ++now);
      setImmediate(() => {
        now -= 1;
        response.end('{"data":[]}');
      });
    });
    const pace = createPaces().of('a', { concurrent: 2 });
    await Promise.all(Array.from({ length: 8 }, () => readAll(url, { definition, options: { pace } })));
    assert.equal(most, 2);

    const leave = [await pace.enter(signal), await pace.enter(signal)];
    const stopped = new AbortController();
    const reason = new Error('enough');
    const waiting = pace.enter(stopped.signal);
    const order: string[] = [];
    const third = pace.enter(signal).then((free) => {
      order.push('third');
      return free;
    });
    stopped.abort(reason);
    await assert.rejects(waiting, reason);
    assert.deepEqual(order, []);
    leave[0]?.();
    (await third)();
    leave[1]?.();
  });

  test('all wait when one of them was told to', async () => {
    const paces = createPaces();
    paces.of('a', undefined).pause(300);
    const began = performance.now();
    await paces.of('a', undefined).enter(signal);
    assert.ok(performance.now() - began >= 295);
    paces.of('a', undefined).pause(60_000);
    await assert.rejects(paces.of('a', undefined).enter(signal), { code: 'SOURCE_RATE_LIMITED' });
  });

  test('a refused turn leaves its place free', async () => {
    const pace = createPaces().of('a', { concurrent: 1 });
    pace.pause(31_000);
    await assert.rejects(pace.enter(signal), { code: 'SOURCE_RATE_LIMITED' });
    await assert.rejects(pace.enter(signal), { code: 'SOURCE_RATE_LIMITED' });
  });
});
