import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { TributaryError } from '../../domain/errors.ts';
import { noStore, startTestApi, type TestApi, token } from './support.ts';

describe('problem answers', { skip: noStore }, () => {
  let t: TestApi;
  before(async () => {
    t = await startTestApi();
  });
  after(() => t.stop());

  test('GET /api says hello without a token', async () => {
    const answer = await t.api.inject('/api');
    assert.equal(answer.statusCode, 200);
    assert.equal(answer.body, 'Hello world!');
    assert.match(String(answer.headers['content-type']), /^text\/plain/);
  });

  test('a request without the token, or with another, is refused', async () => {
    for (const authorization of [undefined, 'Bearer wrong', `Basic ${token}`, 'Bearer']) {
      const headers = authorization === undefined ? {} : { authorization };
      const answer = await t.api.inject({ url: '/api/companies', headers });
      assert.equal(answer.statusCode, 401);
      assert.equal(answer.json().code, 'UNAUTHENTICATED');
      assert.equal(answer.headers['www-authenticate'], 'Bearer');
    }
  });

  test('webhooks that are not signed need the token', async () => {
    const answer = await t.api.inject({
      method: 'POST',
      url: '/api/webhooks/shop/c',
      payload: { id: '1', type: 'x' },
    });
    assert.equal(answer.statusCode, 401);
  });

  test('an unknown route is a problem answer', async () => {
    const answer = await t.api.inject('/api/nothing?secret=1');
    assert.equal(answer.statusCode, 404);
    assert.match(String(answer.headers['content-type']), /^application\/problem\+json/);
    const { code, detail, status, title, type, whatToDo } = answer.json();
    assert.deepEqual(
      { code, status, detail },
      { code: 'NOT_FOUND', status: 404, detail: 'There is no GET /api/nothing.' },
    );
    assert.ok(title && type && whatToDo);
  });

  test('malformed JSON names the body', async () => {
    const answer = await t.send('POST', '/api/companies', undefined, { 'content-type': 'application/json' });
    assert.equal(answer.statusCode, 400);
    const broken = await t.api.inject({
      method: 'POST',
      url: '/api/companies',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      payload: '{"id": ',
    });
    assert.equal(broken.statusCode, 400);
    assert.equal(broken.json().code, 'INVALID_INPUT');
    assert.equal(broken.json().faults[0].path, 'body');
  });

  test('another media type is refused as such', async () => {
    const answer = await t.send('POST', '/api/companies', Buffer.from('<a/>'), {
      'content-type': 'text/xml',
    });
    assert.equal(answer.statusCode, 415);
    assert.equal(answer.json().code, 'INVALID_INPUT');
  });

  test('every fault of a body is named by its path', async () => {
    const answer = await t.send('POST', '/api/connections', {
      company: { id: 'No Slug' },
      app: 7,
      timeZone: 'Mars',
      more: 1,
    });
    assert.equal(answer.statusCode, 400);
    const paths = answer.json().faults.map((fault: { path: string }) => fault.path);
    assert.deepEqual(paths.sort(), ['body.app', 'body.company.id', 'body.more', 'body.timeZone']);
  });

  test('faults are told in plain words', async () => {
    const faultsOf = async (method: 'GET' | 'POST', url: string, body?: object) => {
      const answer = method === 'GET' ? await t.get(url) : await t.send(method, url, body);
      assert.equal(answer.statusCode, 400, url);
      return Object.fromEntries(
        answer.json().faults.map((fault: { path: string; message: string }) => [fault.path, fault.message]),
      );
    };
    assert.deepEqual(await faultsOf('POST', '/api/companies', { name: '', more: 1, other: 2 }), {
      'body.id': 'is missing',
      'body.name': 'must not be empty',
      'body.more': 'is not known here',
      'body.other': 'is not known here',
    });
    assert.deepEqual(await faultsOf('POST', '/api/companies'), { body: 'is missing' });
    assert.deepEqual(await faultsOf('POST', '/api/companies', { id: 7, name: 8 }), {
      'body.id': 'must be text',
      'body.name': 'must be text',
    });
    assert.deepEqual(await faultsOf('POST', '/api/sessions/c.1/skip', { substage: 'tidying' }), {
      'body.substage':
        'must be one of monitoring, forecasting, insights, benchmarking, historicalDataCleaning',
    });
    assert.deepEqual(await faultsOf('POST', '/api/connections/c/credentials', { kind: 'smile' }), {
      'body.kind': 'must be one of basic, bearer, apiKey, clientCredentials, configuration',
    });
    await t.started('faulty');
    for (const limit of ['0', '501', 'ten', '1.5', ''])
      assert.deepEqual(await faultsOf('GET', `/api/connections/faulty/sessions?limit=${limit}`), {
        'querystring.limit': 'must be a whole number from 1 to 500',
      });
  });

  test('an address that cannot be read is a problem answer too', async () => {
    for (const [url, status] of [
      ['/api/connections/%ZZ', 400],
      [`/api/connections/${'a'.repeat(3000)}`, 414],
    ] as const) {
      const answer = await t.get(url);
      assert.equal(answer.statusCode, status);
      assert.match(String(answer.headers['content-type']), /^application\/problem\+json/);
      assert.deepEqual([answer.json().code, answer.json().faults[0].path], ['INVALID_INPUT', 'url']);
    }
  });

  test('a body that is too large, or text, is refused as such', async () => {
    const large = await t.send('POST', '/api/companies', { id: 'a', name: 'x'.repeat(2_000_000) });
    assert.deepEqual([large.statusCode, large.json().detail], [413, 'body: is larger than 1 MB']);
    const text = await t.send('POST', '/api/sessions/c.1/retry', Buffer.from('x'), {
      'content-type': 'text/plain',
    });
    assert.equal(text.statusCode, 415);
    assert.match(text.json().detail, /application\/json/);
  });

  test('an unknown id is 404 and named, also one that cannot be an id', async () => {
    for (const [url, id] of [
      ['/api/companies/nobody', 'nobody'],
      ['/api/connections/nobody', 'nobody'],
      ['/api/connections/NO%20ID', 'NO ID'],
      ['/api/sessions/nobody.1', 'nobody.1'],
      ['/api/sessions/nobody', 'nobody'],
      ['/api/apps/nobody', 'nobody'],
      ['/api/connections/nobody/changes', 'nobody'],
    ] as const) {
      const answer = await t.get(url);
      assert.equal(answer.statusCode, 404, url);
      assert.match(answer.json().detail, new RegExp(`"${id}"`));
    }
  });

  test('an unknown query parameter is refused', async () => {
    const answer = await t.get('/api/connections?compny=acme');
    assert.equal(answer.statusCode, 400);
  });

  test('a header that cannot stand on the timeline is refused', async () => {
    const answer = await t.send('POST', '/api/sessions/c.1/retry', {}, { 'x-actor': 'a'.repeat(300) });
    assert.equal(answer.statusCode, 400);
    assert.equal(answer.json().faults[0].path, 'headers.x-actor');
  });

  test('what should not fail tells nothing of its inside', async () => {
    const { call } = t.port;
    t.port.call = async () => {
      throw new Error('mongodb://user:password@host');
    };
    const answer = await t.send('POST', '/api/sessions/c.1/retry');
    t.port.call = call;
    assert.equal(answer.statusCode, 500);
    assert.equal(answer.json().code, 'UNKNOWN_ERROR');
    assert.doesNotMatch(answer.body, /password/);
  });

  test('ready says what is missing', async () => {
    assert.equal((await t.api.inject('/api/ready')).statusCode, 200);
    const { ping } = t.port;
    t.port.ping = async () => {
      throw new TributaryError('ENGINE_UNAVAILABLE');
    };
    const answer = await t.api.inject('/api/ready');
    t.port.ping = ping;
    assert.equal(answer.statusCode, 503);
    assert.deepEqual(answer.json().missing, ['engine']);
    assert.equal((await t.api.inject('/api/health')).statusCode, 200);
  });
});
