import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fetchAccount, testConnection, testCredentials } from '../../connectors/identity.ts';
import { excerpt, redactUrl } from '../../connectors/redact.ts';
import type { Exchange } from '../../connectors/source.ts';
import { fixed, json, readAll, right, rowsOf, serve } from '../support/reading.ts';
import { restDefinition } from '../support/rest-definition.ts';

const key = 'k-123/+ 456';
const inQuery = { kind: 'apiKey', query: 'k' } as const;

describe('every request is told', () => {
  test('with its rows, place and headers that help', async () => {
    const { url } = await serve((request, response) => {
      const second = request.url?.includes('after');
      response.setHeader('x-request-id', `req-${second ? 2 : 1}`);
      response.setHeader('set-cookie', 'session=secret');
      response.setHeader('x-ratelimit-remaining', '9');
      response.end(
        JSON.stringify({ data: second ? [] : [{ id: 1 }, { id: 2 }], next: second ? null : 'n1' }),
      );
    });
    const exchanges: Exchange[] = [];
    const definition = restDefinition({ pagination: { kind: 'cursor', param: 'after', nextPath: '/next' } });
    await readAll(url, { definition, onExchange: (exchange) => exchanges.push(exchange) });
    assert.deepEqual(
      exchanges.map(({ url: asked, status, rows, page, excerpt: shown, error }) => [
        asked,
        status,
        rows,
        page,
        shown,
        error,
      ]),
      [
        [`${url}/orders`, 200, 2, null, null, null],
        [`${url}/orders?after=n1`, 200, 0, 'n1', null, null],
      ],
    );
    const [first] = exchanges;
    assert.equal(first?.headers['x-request-id'], 'req-1');
    assert.equal(first?.headers['x-ratelimit-remaining'], '9');
    assert.equal(first?.headers['set-cookie'], undefined);
    assert.equal(first?.bytes, JSON.stringify({ data: [{ id: 1 }, { id: 2 }], next: 'n1' }).length);
    assert.ok(first.at instanceof Date && Math.abs(first.at.getTime() - Date.now()) < 60_000);
    assert.ok(first.durationMs >= 0);
  });

  test('also those that fail, with the beginning of the answer and without secrets', async () => {
    const answers: readonly [number, string, string][] = [
      [500, `oops ${right}`, 'SOURCE_SERVER_ERROR'],
      [200, `<html>${right}`, 'SOURCE_BAD_ANSWER'],
      [200, '{"rows":[]}', 'SOURCE_BAD_ANSWER'],
    ];
    for (const [status, body, code] of answers) {
      const { url } = await serve((_request, response) => void response.writeHead(status).end(body));
      const exchanges: Exchange[] = [];
      await assert.rejects(readAll(url, { onExchange: (exchange) => exchanges.push(exchange) }), { code });
      const [told] = exchanges;
      assert.deepEqual([told?.status, told?.error, told?.rows], [status, code, null]);
      assert.equal(told?.excerpt, body.replace(right, '[redacted]').replace('<html>[', '<html>['));
    }
    const exchanges: Exchange[] = [];
    const gone = await serve(json({}));
    gone.stop();
    await assert.rejects(readAll(gone.url, { onExchange: (exchange) => exchanges.push(exchange) }));
    assert.deepEqual(
      exchanges.map(({ status, bytes, error }) => [status, bytes, error]),
      [[null, null, 'SOURCE_UNREACHABLE']],
    );
  });

  test('also the waits for a rate limit and for a fresh token', async () => {
    let asked = 0;
    const { url } = await serve((_request, response) => {
      asked += 1;
      response.writeHead([429, 401][asked - 1] ?? 200, { 'retry-after': '0' }).end('{"data":[]}');
    });
    const exchanges: Exchange[] = [];
    await readAll(url, { onExchange: (exchange) => exchanges.push(exchange) });
    assert.deepEqual(
      exchanges.map(({ status, error }) => [status, error]),
      [
        [429, 'SOURCE_RATE_LIMITED'],
        [401, 'INVALID_CREDENTIALS'],
        [200, null],
      ],
    );
  });
});

describe('a key in the query', () => {
  test('is sent on every page, and is neither told nor kept in a place', async () => {
    const seen: (string | null)[] = [];
    const { url } = await serve((request, response) => {
      const { searchParams } = new URL(request.url ?? '', 'http://app');
      seen.push(searchParams.get('k'));
      const more = searchParams.get('page') !== '2';
      const next = `${url}/orders?page=2&k=${encodeURIComponent(key)}&copy=${encodeURIComponent(key)}`;
      response.setHeader('link', `<${next}>; rel="next"`);
      response.end(JSON.stringify({ data: [{ id: seen.length }], next: more ? next : null }));
    });
    const definition = restDefinition({ pagination: { kind: 'nextUrl', path: '/next' } }, { auth: inQuery });
    const exchanges: Exchange[] = [];
    const pages = await readAll(url, {
      definition,
      options: { credentials: fixed(key) },
      onExchange: (exchange) => exchanges.push(exchange),
    });
    assert.equal(rowsOf(pages).length, 2);
    assert.deepEqual(seen, [key, key]);
    assert.equal(pages[0]?.next, '/orders?page=2');
    assert.match(exchanges[1]?.url ?? '', /\/orders\?page=2&k=\[redacted\]$/);
    assert.match(exchanges[0]?.headers.link ?? '', /k=\[redacted\]&copy=\[redacted\]/);
    assert.ok(!JSON.stringify(exchanges).includes('k-123'));
  });

  test('is not in the message of a failure', async () => {
    const { url } = await serve(
      (request, response) => void response.writeHead(400).end(`no: ${request.url}`),
    );
    const reading = readAll(url, {
      definition: restDefinition({}, { auth: inQuery }),
      options: { credentials: fixed(key) },
    });
    await assert.rejects(reading, (error: Error) => !/k-123|456/.test(error.message));
  });
});

test('what an app said, and addresses, are redacted', () => {
  const basic = `Basic ${Buffer.from('ada:correct horse').toString('base64')}`;
  assert.equal(
    excerpt('user ada:correct horse, or correct horse', [basic]),
    'user [redacted], or [redacted]',
  );
  assert.equal(excerpt('a\u0000b\n c', []), 'a b c');
  const shown = redactUrl(
    new URL('https://u:p@app.example/a?page_token=x1&access_token=x2&api_key=x3&q=x4#x5'),
    ['x4-is-longer'],
  );
  assert.equal(shown, 'https://app.example/a?page_token=x1&access_token=[redacted]&api_key=[redacted]&q=x4');
});

describe('the identity of a connection', () => {
  const token = { accessToken: 'token-1234' };

  test('is a parameter of the connection where the answer only proves the access', async () => {
    const paths: (string | undefined)[] = [];
    const { url } = await serve((request, response) => {
      paths.push(request.url);
      response.end('[]');
    });
    const definition = restDefinition(
      {},
      {
        auth: {
          kind: 'oauth2',
          authorizationUrl: '{baseUrl}/a',
          tokenUrl: '{baseUrl}/t',
          tokenHeader: { name: 'X-Token', prefix: '' },
        },
        identity: { path: '/company/{connection.realmId}/info?v=75', accountParameter: 'realmId' },
        test: { path: '/ping' },
      },
    );
    const app = { baseUrl: url, parameters: { realmId: '91 30' } };
    assert.equal(await fetchAccount(definition, app, token), '91 30');
    await testConnection(definition, app, token.accessToken);
    assert.deepEqual(paths, ['/company/91%2030/info?v=75', '/ping']);
    await assert.rejects(fetchAccount(definition, { baseUrl: url }, token), { code: 'INVALID_INPUT' });
  });

  test('is refused by 401, 403 and what the definition says, and the request is told', async () => {
    const errors = [
      { status: 200, when: { at: '/ok', equals: false }, means: 'expiredToken' },
      { status: 400, means: 'revoked' },
    ] as const;
    const definition = restDefinition({}, { auth: inQuery, errors: [...errors] });
    for (const status of [401, 403, 200, 400]) {
      const { url } = await serve((_request, response) => {
        response.writeHead(status).end(JSON.stringify({ ok: false, key }));
      });
      const exchanges: Exchange[] = [];
      const options = { onExchange: (exchange: Exchange) => void exchanges.push(exchange) };
      const asked = testCredentials(definition, { baseUrl: url }, { kind: 'apiKey', key }, options);
      await assert.rejects(asked, (error: Error & { code?: string }) => {
        assert.equal(error.code, 'INVALID_CREDENTIALS');
        return !error.message.includes(key);
      });
      assert.equal(exchanges[0]?.status, status);
      assert.ok(!JSON.stringify(exchanges).includes('k-123'));
    }
    const limited = await serve(
      (_request, response) => void response.writeHead(429, { 'retry-after': '40' }).end(),
    );
    await assert.rejects(testConnection(definition, { baseUrl: limited.url }, key), {
      code: 'SOURCE_RATE_LIMITED',
      details: { retryAfterMs: 40_000 },
    });
  });
});
