import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { ConnectorDefinitionInput } from '../../connectors/definition.ts';
import type { Credentials } from '../../connectors/source.ts';
import type { JsonValue } from '../../domain/json.ts';
import { readAll, right, rowsOf, serve } from '../support/reading.ts';
import { restDefinition } from '../support/rest-definition.ts';

/** An app that gives these answers in turn, then an empty list. */
async function answering(
  ...answers: readonly { status?: number; body: JsonValue | string; type?: string }[]
) {
  let asked = 0;
  const { url } = await serve((_request, response) => {
    const { status = 200, body, type = 'application/json' } = answers[asked] ?? { body: { data: [] } };
    asked += 1;
    response
      .writeHead(status, { 'content-type': type })
      .end(typeof body === 'string' ? body : JSON.stringify(body));
  });
  return { url, asked: () => asked };
}

describe('the definition says what an answer means', () => {
  const errors: ConnectorDefinitionInput['errors'] = [
    { status: [200, 400], when: { at: '/error/code', equals: 17 }, means: 'retry' },
    { status: 400, when: { at: '/error/code', equals: 'gone' }, means: 'notFound' },
    { status: 403, means: 'revoked' },
    { status: 404, means: 'refused' },
    { status: 420, means: 'rateLimited' },
    { status: 200, when: { at: '/ok', equals: false }, means: 'expiredToken' },
  ];
  const definition = restDefinition({}, { errors, errorMessage: '/error/message' });

  const cases: readonly [number, JsonValue, string][] = [
    [200, { error: { code: 17, message: 'later' } }, 'SOURCE_SERVER_ERROR'],
    [400, { error: { code: 17, message: 'later' } }, 'SOURCE_SERVER_ERROR'],
    [400, { error: { code: 'gone', message: 'later' } }, 'SOURCE_RESOURCE_NOT_FOUND'],
    [400, { error: { code: 'other', message: 'later' } }, 'SOURCE_REFUSED'],
    [403, { error: { message: 'later' } }, 'GRANT_REVOKED'],
    [404, { error: { message: 'later' } }, 'SOURCE_REFUSED'],
  ];
  for (const [status, body, code] of cases)
    test(`${status} with ${JSON.stringify(body)} is ${code}, in the words of the app`, async () => {
      const app = await answering({ status, body });
      await assert.rejects(readAll(app.url, { definition }), {
        code,
        message: new RegExp(`${status}, "later"`),
      });
      assert.equal(app.asked(), 1);
    });

  test('rateLimited is waited for', async () => {
    let asked = 0;
    const { url } = await serve((_request, response) => {
      asked += 1;
      response.writeHead(asked === 1 ? 420 : 200, { 'retry-after': '0' }).end('{"data":[{"id":1}]}');
    });
    const waits: number[] = [];
    assert.equal(rowsOf(await readAll(url, { definition, onWait: (ms) => waits.push(ms) })).length, 1);
    assert.deepEqual(waits, [500]);
  });

  test('expiredToken is refreshed once, then the grant is over', async () => {
    const refreshed: boolean[] = [];
    const credentials: Credentials = {
      authorization: async ({ refresh = false } = {}) => {
        refreshed.push(refresh);
        return right;
      },
    };
    const app = await answering({ body: { ok: false } }, { body: { data: [{ id: 1 }] } });
    assert.equal(rowsOf(await readAll(app.url, { definition, options: { credentials } })).length, 1);
    assert.deepEqual(refreshed, [false, true]);
    const twice = await answering(
      { body: { ok: false } },
      { status: 401, body: { error: { message: 'no more' } } },
    );
    await assert.rejects(readAll(twice.url, { definition, options: { credentials } }), {
      code: 'GRANT_REVOKED',
      message: /"no more"/,
    });
  });

  test('words are cut, and hold no secrets', async () => {
    const message = `${right} and ${right.slice(7)} and ${encodeURIComponent(right)} ${'long '.repeat(200)}`;
    const app = await answering({ status: 404, body: { error: { message } } });
    await assert.rejects(readAll(app.url, { definition }), (error: Error) => {
      assert.ok(!error.message.includes('right-token') && error.message.length < 300, error.message);
      return true;
    });
  });
});

describe('an answer that cannot be read', () => {
  test('HTML with 200, an empty one and half of one are SOURCE_BAD_ANSWER', async () => {
    for (const body of ['<!doctype html><title>Sign in</title>', '', '{"data":[{"id":1},']) {
      const app = await answering({ body, type: 'text/html' });
      await assert.rejects(readAll(app.url), { code: 'SOURCE_BAD_ANSWER', message: /text\/html.*not JSON/ });
    }
  });

  test('a byte order mark before it does no harm', async () => {
    const app = await answering({ body: '\ufeff{"data":[{"id":1}]}' });
    assert.deepEqual(rowsOf(await readAll(app.url)), [{ id: 1 }]);
  });

  test('a total told as text is one', async () => {
    const app = await answering({ body: { data: [], count: '12' } });
    const [page] = await readAll(app.url, { definition: restDefinition({ totalPath: '/count' }) });
    assert.equal(page?.total, 12);
  });

  test('an answer that ends before its length is SOURCE_UNREACHABLE', async () => {
    const { url } = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': '1000' });
      response.write('{"data":[', () => response.destroy());
    });
    await assert.rejects(readAll(url), { code: 'SOURCE_UNREACHABLE' });
  });

  test('bytes that say gzip and are none are SOURCE_BAD_ANSWER', async () => {
    const { url } = await serve((_request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end('{"data":[]}');
    });
    await assert.rejects(readAll(url), { code: 'SOURCE_BAD_ANSWER', message: /unpacked/ });
  });
});

describe('an answer that is too large', () => {
  const maxBytes = 1024 * 1024;

  test('is stopped at the limit: a row of 200 MB is not read', async () => {
    const whole = 200 * 1024 * 1024;
    const part = Buffer.alloc(64 * 1024, 'x');
    let sent = 0;
    let ended = false;
    const { url } = await serve((_request, response) => {
      response.on('close', () => {
        ended = true;
      });
      response.write('{"data":[{"id":1,"text":"');
      const go = () => {
        while (!ended && sent < whole) {
          sent += part.length;
          if (!response.write(part)) return void response.once('drain', go);
        }
        response.end('"}]}');
      };
      go();
    });
    await assert.rejects(readAll(url), { code: 'SOURCE_TOO_LARGE', message: /more than 33554432 bytes/ });
    assert.ok(sent < whole / 2, `${sent} bytes were sent`);
  });

  test('by its own length is stopped too', async () => {
    const { url } = await serve((_request, response) => {
      response.end(Buffer.alloc(2 * maxBytes, ' '));
    });
    await assert.rejects(readAll(url, { options: { maxBytes } }), { code: 'SOURCE_TOO_LARGE' });
  });

  test('when it is unpacked is SOURCE_TOO_LARGE', async () => {
    const bomb = gzipSync(Buffer.alloc(64 * maxBytes, ' '));
    assert.ok(bomb.length < maxBytes);
    const { url } = await serve((_request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': bomb.length }).end(bomb);
    });
    await assert.rejects(readAll(url, { options: { maxBytes } }), { code: 'SOURCE_TOO_LARGE' });
  });

  test('and refuses is a refusal with its beginning', async () => {
    const app = await answering({ status: 500, body: `no ${'x'.repeat(2 * maxBytes)}`, type: 'text/plain' });
    await assert.rejects(readAll(app.url, { options: { maxBytes } }), { code: 'SOURCE_SERVER_ERROR' });
  });
});

describe('redirects', () => {
  test('at the same address are followed, at most 5', async () => {
    let hops = 0;
    const { url } = await serve((request, response) => {
      assert.equal(request.headers.authorization, right);
      hops += 1;
      if (request.url === '/orders/3') response.end('{"data":[{"id":1}]}');
      else response.writeHead(307, { location: `/orders/${hops}` }).end();
    });
    assert.equal(rowsOf(await readAll(url)).length, 1);
    assert.equal(hops, 4);
    const round = await serve(
      (_request, response) => void response.writeHead(302, { location: '/orders' }).end(),
    );
    await assert.rejects(readAll(round.url), { code: 'SOURCE_REFUSED', message: /more than 5/ });
  });

  test('elsewhere are refused, and say where without the query', async () => {
    const { url } = await serve((_request, response) => {
      response.writeHead(302, { location: 'http://127.0.0.1:1/login?token=secret' }).end();
    });
    await assert.rejects(readAll(url), (error: Error & { code?: string }) => {
      assert.equal(error.code, 'SOURCE_REFUSED');
      assert.match(error.message, /redirects to http:\/\/127\.0\.0\.1:1;/);
      return !error.message.includes('secret');
    });
  });
});
