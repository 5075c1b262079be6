import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { Webhook } from 'standardwebhooks';
import { secretContext } from '../../activities/secret-context.ts';
import { type ConnectorDefinition, definitionSchema } from '../../connectors/definition.ts';
import type { ConnectionDoc } from '../../stores/model.ts';
import { until } from '../support/until.ts';
import { noStore, publicUrl, shop, startTestApi, type TestApi, token } from './support.ts';

const app = (id: string, webhooks: object): ConnectorDefinition =>
  definitionSchema.parse({
    version: 1,
    id,
    name: id,
    auth: { kind: 'bearer' },
    // Only what the app is asked with says whose data it is.
    identity: { path: '/me', account: '/id' },
    headers: { 'X-Realm': '{connection.realm}' },
    parameters: { type: 'object', properties: { realm: { type: 'string' }, label: { type: 'string' } } },
    webhooks,
    resources: [shop.resources[0], { ...shop.resources[0], id: 'returns' }],
  });
/** Signs as Standard Webhooks, one address a connection. */
const relay = app('relay', {
  signature: { kind: 'standard' },
  occurredAt: { pointer: '/at' },
  account: { pointer: '/account' },
});
/** Signs with the client secret, one address for all, several events at once. */
const books = app('books', {
  signature: { kind: 'hmac', header: 'X-Sign', encoding: 'base64', secret: 'client' },
  id: { pointer: '/id' },
  type: { pointer: '/name' },
  account: { pointer: '/realm' },
  items: '/events',
  events: [
    { type: 'Invoice.*', means: 'load', resource: 'orders' },
    { type: 'Refund.*', means: 'load', resource: 'returns' },
    { type: 'Disconnect', means: 'revoked' },
  ],
});

describe('webhooks', { skip: noStore }, () => {
  let t: TestApi;
  before(async () => {
    t = await startTestApi({ definitions: [relay, books] });
  });
  after(() => t.stop());

  const connected = (id: string, more: Partial<ConnectionDoc> = {}) =>
    t.started(id, { app: 'relay', ...more });
  const addSecret = async (id: string, body: object = {}) =>
    (await t.send('PUT', `/api/connections/${id}/webhook-secret`, body)).json();
  const post = (url: string, payload: string | Buffer, headers: Record<string, string>) =>
    t.api.inject({
      method: 'POST',
      url,
      payload,
      headers: { 'content-type': 'application/json', ...headers },
    });
  const signed = (secret: string, body: string, id: string, at = new Date()) => ({
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': new Webhook(secret).sign(id, at, body),
  });
  const hook = (id: string, secret: string, body: object, msg = 'm1') => {
    const text = JSON.stringify(body);
    return post(`/api/webhooks/relay/${id}`, text, signed(secret, text, msg));
  };

  test('a signed one needs no token; known, it changes nothing', async () => {
    await connected('one');
    const { secret, address } = await addSecret('one');
    assert.equal(address, `${publicUrl}/api/webhooks/relay/one`);
    assert.match(secret, /^whsec_/);
    const body = { type: 'orders.ready', at: '2026-01-02T03:04:05Z', account: 'a1', deep: 'inside' };
    const first = await hook('one', secret, body);
    assert.deepEqual(
      [first.statusCode, first.json()],
      [200, { stored: true, new: 1, known: 0, ignored: 0, unknownAccounts: 0 }],
    );
    const entry = await t.stores.inbox.get('webhook/one/m1');
    assert.deepEqual(
      [entry?.event, entry?.meaning, entry?.resource, entry?.account, entry?.occurredAt?.toISOString()],
      ['orders.ready', 'load', 'orders', 'a1', '2026-01-02T03:04:05.000Z'],
    );
    assert.ok(entry?.payload);
    assert.deepEqual(t.secrets.open(entry.payload, secretContext.inbox(entry._id)), body);
    assert.doesNotMatch(JSON.stringify(entry), /inside/);
    const again = await hook('one', secret, { ...body, type: 'other' });
    assert.deepEqual([again.statusCode, again.json().known], [200, 1]);
    assert.equal((await t.stores.inbox.get('webhook/one/m1'))?.event, 'orders.ready');
  });

  test('unsigned, forged, old or signed by another connection: 401 that names no secret', async () => {
    await connected('two');
    await connected('three');
    const { secret, id } = await addSecret('two');
    const { secret: other } = await addSecret('three');
    const body = '{"type":"orders"}';
    const url = '/api/webhooks/relay/two';
    const old = new Date(Date.now() - 400_000);
    const refused = [
      await post(url, body, {}),
      await post(url, body, { authorization: `Bearer ${token}` }),
      await post(url, `${body} `, signed(secret, body, 'm1')),
      await post(url, body, signed(other, body, 'm1')),
      await post(url, body, signed(secret, body, 'm1', old)),
    ];
    for (const answer of refused) {
      assert.deepEqual([answer.statusCode, answer.json().code], [401, 'WEBHOOK_REFUSED']);
      assert.ok(!answer.body.includes(id) && !answer.body.includes('whsec_'));
    }
    assert.equal(await t.stores.inbox.unclaimed('two', ['webhook']), 0);
  });

  test('the secret is replaced while webhooks come: three are accepted, one can be removed', async () => {
    await connected('four');
    const made: { id: string; secret: string }[] = [];
    for (let n = 0; n < 4; n++) made.push(await addSecret('four'));
    const listed = (await t.get('/api/connections/four/webhook-secret')).json();
    assert.deepEqual(
      listed.secrets.map(({ id }: { id: string }) => id),
      [made[3]?.id, made[2]?.id, made[1]?.id],
    );
    assert.doesNotMatch(JSON.stringify(listed), /whsec_/);
    const status = async (n: number, msg: string) =>
      (await hook('four', made[n]?.secret ?? '', { type: 'orders' }, msg)).statusCode;
    assert.deepEqual(
      [await status(0, 'a'), await status(1, 'b'), await status(2, 'c'), await status(3, 'd')],
      [401, 200, 200, 200],
    );
    const url = `/api/connections/four/webhook-secret/${made[2]?.id}`;
    const headers = { authorization: `Bearer ${token}` };
    const removed = await t.api.inject({ method: 'DELETE', url, headers });
    assert.equal(removed.json().secrets.length, 2);
    assert.equal(await status(2, 'e'), 401);
    assert.equal((await t.api.inject({ method: 'DELETE', url, headers })).statusCode, 404);
  });

  test('a given secret is taken as it is, and one that cannot be one is refused', async () => {
    await connected('five');
    const secret = `whsec_${Buffer.from('given by the app').toString('base64')}`;
    const answer = await addSecret('five', { secret });
    assert.equal(answer.secret, undefined, 'who gave it knows it');
    assert.equal((await hook('five', secret, { type: 'orders' })).statusCode, 200);
    for (const wrong of ['whsec_', 'whsec_not base64!', 'short', 'whsec_####'])
      assert.equal(
        (await t.send('PUT', '/api/connections/five/webhook-secret', { secret: wrong })).statusCode,
        400,
      );
    await t.started('unsigned');
    await t.started('client', { app: 'books' });
    for (const id of ['unsigned', 'client'])
      assert.equal((await addSecret(id)).faults[0].path, 'body.secret');
  });

  test("the app's own secrets are accepted for every connection", async () => {
    await connected('six');
    const secret = `whsec_${Buffer.from('of the whole app').toString('base64')}`;
    const sealed = t.secrets.seal(secret, secretContext.webhook('app', 'relay', 's1'));
    const webhookSecrets = [{ id: 's1', secret: sealed, createdAt: new Date() }];
    await t.stores.apps.put({ _id: 'relay', baseUrl: null, webhookSecrets, updatedAt: new Date() });
    // What was read of the app a moment ago is taken as it was for some seconds.
    await until('the secret of the app counts', async () => {
      const { statusCode } = await hook('six', secret, { type: 'orders' });
      return statusCode === 200 ? { found: true } : { seen: String(statusCode) };
    });
  });

  test('empty, not JSON, too large, unknown, disconnected', async () => {
    await connected('seven');
    const { secret } = await addSecret('seven');
    const url = '/api/webhooks/relay/seven';
    for (const body of ['', '<html>']) {
      const answer = await post(url, body, signed(secret, body, 'm1'));
      assert.deepEqual([answer.statusCode, answer.json().code], [400, 'INVALID_INPUT'], body);
    }
    const text = '{"type":"orders"}';
    const plain = { ...signed(secret, text, 'm2'), 'content-type': 'text/plain' };
    assert.equal((await post(url, text, plain)).statusCode, 200, 'whatever it says it is');
    const large = await post(url, Buffer.alloc(5 * 1024 * 1024 + 1, 32), {});
    assert.deepEqual([large.statusCode, large.json().detail], [413, 'body: is larger than 5 MB']);
    const most = JSON.stringify({ type: 'orders', more: 'x'.repeat(4_900_000) });
    assert.equal((await post(url, most, signed(secret, most, 'm3'))).statusCode, 200);

    // Who cannot sign is not told which connections there are.
    assert.equal((await post('/api/webhooks/relay/nobody', text, {})).statusCode, 401);
    assert.equal((await post('/api/webhooks/books/seven', text, {})).statusCode, 401);
    assert.equal((await post('/api/webhooks/none/seven', text, {})).statusCode, 404);
    await t.stores.connections.change('seven', () => ({ status: 'DISCONNECTED', ownCode: 26 }));
    const gone = await hook('seven', secret, { type: 'orders' }, 'm4');
    assert.deepEqual([gone.statusCode, gone.json().code], [410, 'CONNECTION_DISCONNECTED']);
  });

  test('one address for all: each event goes to the connections of its account', async () => {
    const clientSecret = t.secrets.seal('hush', secretContext.app('books'));
    await t.stores.apps.put({ _id: 'books', baseUrl: null, clientSecret, updatedAt: new Date() });
    await t.started('books-a', { app: 'books', account: '111' });
    await t.started('books-b', { app: 'books', account: 'b', parameters: { realm: '222' } });
    const label = { label: '111' };
    await t.started('books-labelled', { app: 'books', account: 'c', parameters: { realm: '444', ...label } });
    await t.started('books-gone', { app: 'books', account: '222', status: 'DISCONNECTED', ownCode: 26 });
    await t.started('elsewhere', { app: 'shop', account: '111' });
    const send = (events: object[], url = '/api/webhooks/books') => {
      const text = JSON.stringify({ events });
      const sign = createHmac('sha256', 'hush').update(text).digest('base64');
      return post(url, text, { 'x-sign': sign });
    };
    const events = [
      { id: '1', name: 'Invoice.Create', realm: '111' },
      { id: '2', name: 'Invoice.Update', realm: 222 },
      { id: '3', name: 'Refund.Create', realm: '222' },
      { id: '4', name: 'Bill.Create', realm: '111' },
      { id: '5', name: 'Disconnect', realm: '111' },
      { id: '6', name: 'Invoice.Create', realm: '333' },
    ];
    const answer = await send(events);
    assert.deepEqual(
      [answer.statusCode, answer.json()],
      // Bills fit no rule, and this connection does not load returns.
      [200, { stored: true, new: 3, known: 0, ignored: 2, unknownAccounts: 1 }],
    );
    assert.deepEqual((await send(events)).json(), {
      ...{ stored: false, new: 0, known: 5, ignored: 0, unknownAccounts: 1 },
    });
    assert.equal(await t.stores.inbox.unclaimed('books-a', ['webhook']), 1);
    assert.equal(await t.stores.inbox.unclaimed('books-a', ['revoked']), 1);
    assert.equal(await t.stores.inbox.unclaimed('books-b', ['webhook']), 1);
    assert.equal(await t.stores.inbox.unclaimed('books-labelled', ['webhook']), 0);
    assert.equal((await t.stores.inbox.get('webhook/books-a/4'))?.outcome, 'ignored');
    assert.equal((await post('/api/webhooks/books', '{"events":[]}', { 'x-sign': 'xx' })).statusCode, 401);

    const strange = await send(
      [{ id: '7', name: 'Invoice.Create', realm: '999' }],
      '/api/webhooks/books/books-a',
    );
    assert.deepEqual(
      [strange.statusCode, strange.json().unknownAccounts],
      [200, 1],
      "another account's event",
    );
  });

  test('are listed newest first with what became of them, a page at a time', async () => {
    await connected('listed', { status: 'PAUSED' });
    const { secret } = await addSecret('listed');
    for (const [n, type] of ['orders.a', 'returns.b', 'customers.c'].entries())
      await hook('listed', secret, { type, account: 'a1' }, `m${n}`);
    const list = async (query = '') => (await t.get(`/api/connections/listed/webhooks${query}`)).json();
    const { webhooks, next } = await list();
    assert.equal(next, null);
    assert.deepEqual(
      webhooks.map((one: { type: string; state: string }) => [one.type, one.state]),
      [
        ['customers.c', 'waiting'],
        ['returns.b', 'ignored'],
        ['orders.a', 'waiting'],
      ],
    );
    assert.equal(webhooks[1].reason, 'The connection does not load returns.');
    await until('it is listed as paused', async () => {
      const { reason } = (await list()).webhooks[0];
      return /is paused/.test(reason) ? { found: true } : { seen: String(reason) };
    });
    const page = await list('?limit=2');
    assert.equal(page.webhooks.length, 2);
    const rest = await list(`?limit=2&before=${encodeURIComponent(page.next)}`);
    assert.deepEqual(
      [rest.webhooks.map((one: { type: string }) => one.type), rest.next],
      [['orders.a'], null],
    );
    assert.equal((await t.get('/api/connections/listed/webhooks?before=nothing')).statusCode, 400);
    const reason = async (change: Partial<ConnectionDoc>) => {
      await t.stores.connections.change('listed', () => change);
      return (await list()).webhooks[0].reason as string;
    };
    assert.match(await reason({ status: 'CONFIGURING' }), /being configured/);
    assert.match(await reason({ status: 'STARTED', ownCode: 8, authorized: false }), /deauthorized/);
    assert.match(await reason({ ownCode: null, authorized: true }), /No session is open/);
    const sessionId = await t.loading((await t.stores.connections.get('listed')) as ConnectionDoc);
    assert.equal((await list()).webhooks[0].reason, `Session ${sessionId} is open; the next one takes it.`);
  });
});
