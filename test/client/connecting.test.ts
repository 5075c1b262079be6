import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { noStore, publicUrl, setUpShop, startTestApi, type TestApi } from './support.ts';

describe('connecting', { skip: noStore }, () => {
  let t: TestApi;
  before(async () => {
    t = await startTestApi();
  });
  after(() => t.stop());

  const connect = (company: string, more: object = {}) =>
    t.send('POST', '/api/connections', { company: { id: company, name: company }, app: 'shop', ...more });

  /** The path of a new consent link, and the session that waits for it. */
  async function consentOf(company: string) {
    await setUpShop(t);
    const answer = await connect(company);
    assert.equal(answer.statusCode, 201, answer.body);
    const { sessionId, authorization } = answer.json();
    const path = String(authorization.link).slice(publicUrl.length);
    return { sessionId, path, state: path.split('/').at(-1) ?? '', connectionId: `shop-${company}` };
  }

  test('an app that is not set up cannot be connected, and nothing is made', async () => {
    const answer = await t.send('POST', '/api/connections', { company: { id: 'early' }, app: 'bank' });
    assert.equal(answer.statusCode, 409);
    assert.equal(answer.json().code, 'APP_NOT_SET_UP');
    assert.equal((await t.get('/api/connections/bank-early')).statusCode, 404);
  });

  test('the secret of an app is sealed and never shown; another address does not get it', async () => {
    const put = await setUpShop(t);
    assert.equal(put.statusCode, 200);
    const stored = await t.stores.apps.get('shop');
    assert.ok(stored?.clientSecret);
    assert.equal(t.secrets.open(stored.clientSecret, 'app/shop'), 'very-secret');
    for (const url of ['/api/apps', '/api/apps/shop']) {
      const { body } = await t.get(url);
      assert.match(body, /"hasSecret":true/);
      assert.doesNotMatch(body, /very-secret/);
    }
    const same = await t.send('PUT', '/api/apps/shop', {
      baseUrl: 'http://127.0.0.1:9',
      clientId: 'tributary',
    });
    assert.equal(same.json().hasSecret, true);
    const other = await t.send('PUT', '/api/apps/shop', {
      baseUrl: 'http://127.0.0.1:10',
      clientId: 'tributary',
    });
    assert.equal(other.json().hasSecret, false);
  });

  test('connect makes company and connection, opens a session in 6 and gives the link', async () => {
    await setUpShop(t);
    const answer = await connect('acme', { resources: ['returns'], timeZone: 'Europe/Berlin' });
    assert.equal(answer.statusCode, 201, answer.body);
    const { connection, sessionId, authorization } = answer.json();
    assert.equal(connection.id, 'shop-acme');
    assert.deepEqual(connection.resources, [
      { id: 'orders', enabled: false },
      { id: 'returns', enabled: true },
    ]);
    assert.deepEqual([connection.status, connection.configurationStatus], ['CONFIGURING', 'CONFIGURED']);
    assert.deepEqual([connection.code, connection.label], [6, 'Needs you']);
    assert.equal(sessionId, 'shop-acme.1');
    assert.equal(authorization.kind, 'oauth2');
    assert.match(authorization.link, /^http:\/\/tributary\.example\/authorize\/[\w-]{43}$/);
    assert.equal((await t.get('/api/companies/acme')).json().name, 'acme');
    assert.deepEqual(t.asked.starts.at(-1)?.start, { kind: 'authorize', by: { kind: 'person', id: 'api' } });

    const again = await connect('acme');
    assert.deepEqual([again.statusCode, again.json().code], [409, 'CONNECTION_EXISTS']);
    const listed = await t.get('/api/connections?company=acme&app=shop');
    assert.deepEqual(
      listed.json().connections.map((one: { id: string }) => one.id),
      ['shop-acme'],
    );
  });

  test('unknown app and resources are named', async () => {
    await setUpShop(t);
    const app = await t.send('POST', '/api/connections', { company: { id: 'a' }, app: 'nothing' });
    assert.deepEqual([app.statusCode, app.json().faults[0].path], [400, 'body.app']);
    const resource = await connect('a', { resources: ['orders', 'nothing'] });
    assert.deepEqual([resource.statusCode, resource.json().faults[0].path], [400, 'body.resources.1']);
  });

  test('an opened link is noted once and leads to the consent page, with PKCE and our callback', async () => {
    const { path, state, connectionId } = await consentOf('opening');
    for (const _ of [1, 2]) {
      const answer = await t.api.inject(path);
      assert.equal(answer.statusCode, 302);
      const url = new URL(String(answer.headers.location));
      assert.equal(url.origin + url.pathname, 'http://127.0.0.1:9/authorize');
      assert.equal(url.searchParams.get('state'), state);
      assert.equal(url.searchParams.get('redirect_uri'), `${publicUrl}/api/oauth/callback`);
      assert.equal(url.searchParams.get('code_challenge_method'), 'S256');
    }
    const entry = await t.stores.inbox.get(`opened/${connectionId}/${state}`);
    assert.equal(entry?.kind, 'opened');
    assert.equal((await t.api.inject({ method: 'HEAD', url: path })).statusCode, 404);
  });

  test('a callback is stored sealed before it is answered, once, and shows no secret', async () => {
    const { path, state, connectionId } = await consentOf('calling');
    const url = `/api/oauth/callback?code=s3cret-code&state=${state}&iss=x`;
    const answer = await t.api.inject(url);
    assert.equal(answer.statusCode, 200);
    assert.match(String(answer.headers['content-type']), /^text\/html/);
    assert.doesNotMatch(answer.body, /s3cret-code/);
    const entry = await t.stores.inbox.get(`callback/${connectionId}/${state}`);
    assert.ok(entry?.payload);
    assert.doesNotMatch(JSON.stringify(entry), /s3cret-code/);
    assert.deepEqual(t.secrets.open(entry.payload, entry._id), {
      params: `code=s3cret-code&state=${state}&iss=x`,
    });

    assert.equal((await t.api.inject(url)).statusCode, 410);
    assert.equal((await t.api.inject(path)).statusCode, 410);
  });

  test('an answer to no link of ours, and a link that ended, are pages that say so', async () => {
    const forged = await t.api.inject('/api/oauth/callback?code=x&state=forged');
    assert.equal(forged.statusCode, 400);
    assert.match(forged.body, /answer in the same browser/);
    assert.equal((await t.api.inject('/api/oauth/callback')).statusCode, 400);
    assert.equal((await t.api.inject('/authorize/unknown')).statusCode, 404);

    const { sessionId, path, state } = await consentOf('late');
    await t.move(sessionId, 'authorizationTimedOut', 20, 'LINK_EXPIRED');
    assert.equal((await t.api.inject(path)).statusCode, 410);
    assert.equal((await t.api.inject(`/api/oauth/callback?code=x&state=${state}`)).statusCode, 410);
  });

  test('authorize gives a new link in 6, retries 7 first, and is illegal past it', async () => {
    const { sessionId, connectionId } = await consentOf('again');
    const url = `/api/connections/${connectionId}/authorize`;
    const open = await t.send('POST', url);
    assert.deepEqual([open.statusCode, open.json().sessionId], [200, sessionId]);
    await t.move(sessionId, 'authorizationFailed', 7, 'CONSENT_DENIED');
    const retried = await t.send('POST', url, {}, { 'x-actor': 'ada' });
    assert.deepEqual([retried.statusCode, retried.json().sessionId], [200, sessionId]);
    assert.deepEqual(t.asked.calls.at(-1), {
      ...{ sessionId, call: 'retry', updateId: undefined },
      by: { kind: 'person', id: 'ada' },
    });
    await t.move(sessionId, 'authorized', 9, 'AUTHORIZED');
    const past = await t.send('POST', url);
    assert.deepEqual([past.statusCode, past.json().code, past.json().current.code], [409, 'ILLEGAL_MOVE', 9]);
    await t.move(sessionId, 'grantRevoked', 8, 'GRANT_REVOKED');
    await t.stores.sessions.close(sessionId, 'deauthorized', new Date());
    const next = await t.send('POST', url);
    assert.deepEqual([next.statusCode, next.json().sessionId], [200, `${connectionId}.2`]);
  });

  test('without a session in time the answer says that no worker answered', async () => {
    await setUpShop(t);
    const { startSession } = t.port;
    t.port.startSession = async () => ({ runId: 'r' });
    const answer = await connect('alone');
    t.port.startSession = startSession;
    const { code, connectionId, next } = answer.json();
    assert.deepEqual([answer.statusCode, code, connectionId], [503, 'NO_WORKER', 'shop-alone']);
    assert.equal(next, 'POST /api/connections/shop-alone/authorize');
  });

  test('credentials are sealed into the inbox while a session waits for them', async () => {
    await t.send('PUT', '/api/apps/bank', { baseUrl: 'http://127.0.0.1:9' });
    const made = await t.send('POST', '/api/connections', { company: { id: 'acme' }, app: 'bank' });
    assert.deepEqual(made.json().authorization, {
      ...{ kind: 'credentials', takes: 'basic' },
      submitTo: `${publicUrl}/api/connections/bank-acme/credentials`,
    });
    assert.match(
      (await t.get('/api/sessions/bank-acme.1/why')).json().sentence,
      /waits for the credentials of Bank/,
    );
    const url = '/api/connections/bank-acme/credentials';
    const wrong = await t.send('POST', url, { kind: 'bearer', token: 'x' });
    assert.deepEqual([wrong.statusCode, wrong.json().faults[0].path], [400, 'body.kind']);
    const body = { kind: 'basic', username: 'ada', password: 'p4ss' };
    const answer = await t.send('POST', url, body, { 'idempotency-key': 'k1' });
    assert.equal(answer.statusCode, 202);
    const entry = await t.stores.inbox.get('credentials/bank-acme/k1');
    assert.ok(entry?.payload);
    assert.deepEqual(t.secrets.open(entry.payload, entry._id), body);
    await t.move('bank-acme.1', 'authorized', 9, 'AUTHORIZED');
    const late = await t.send('POST', url, body);
    assert.deepEqual([late.statusCode, late.json().code], [409, 'ILLEGAL_MOVE']);
  });

  test('a webhook is stored once; unknown 404, disconnected 410', async () => {
    await t.started('hooked');
    const url = '/api/webhooks/shop/hooked';
    const event = { id: 'e1', type: 'orders.failed', secret: 'inside' };
    assert.equal((await t.send('POST', url, event)).json().new, 1);
    const known = await t.send('POST', url, { ...event, type: 'other' });
    const nothing = { stored: false, new: 0, known: 1, ignored: 0, unknownAccounts: 0 };
    assert.deepEqual([known.statusCode, known.json()], [200, nothing]);
    const entry = await t.stores.inbox.get('webhook/hooked/e1');
    assert.deepEqual([entry?.kind, entry?.event], ['webhook', 'orders.failed']);
    assert.doesNotMatch(JSON.stringify(entry), /inside/);
    await t.send('POST', url, { id: 'e2', type: 'grant.revoked' });
    assert.equal((await t.stores.inbox.get('revoked/hooked/e2'))?.kind, 'revoked');

    assert.equal((await t.send('POST', '/api/webhooks/bank/hooked', event)).statusCode, 404);
    assert.equal((await t.send('POST', '/api/webhooks/shop/nobody', event)).statusCode, 404);
    await t.stores.connections.change('hooked', () => ({ status: 'DISCONNECTED', ownCode: 26 }));
    assert.equal((await t.send('POST', url, { ...event, id: 'e3' })).statusCode, 410);
  });

  test('a connection shows its own code, and its label', async () => {
    const since = new Date('2026-01-02T03:04:05.000Z');
    const show = async (id: string) => (await t.get(`/api/connections/${id}`)).json();
    await t.started('revoked', { ownCode: 8, ownCodeSince: since, authorized: false });
    const revoked = await show('revoked');
    assert.deepEqual(
      [revoked.code, revoked.label, revoked.deauthorizedSince],
      [8, 'Needs you', since.toISOString()],
    );
    await t.send('POST', '/api/connections/revoked/authorize');
    const open = await show('revoked');
    assert.deepEqual([open.code, open.deauthorizedSince], [6, since.toISOString()]);

    const working = await t.started('working');
    await t.loading(working);
    assert.deepEqual([(await show('working')).code, (await show('working')).label], [2, 'Working']);
    await t.started('paused', { status: 'PAUSING' });
    const paused = await show('paused');
    assert.deepEqual([paused.label, paused.status, paused.reportedStatus], ['Paused', 'PAUSING', 'STARTED']);
    await t.started('gone', { status: 'DISCONNECTED', ownCode: 26, ownCodeSince: since });
    assert.deepEqual([(await show('gone')).code, (await show('gone')).label], [26, 'Disconnected']);
    const refused = await t.send('POST', '/api/connections/gone/authorize');
    assert.deepEqual([refused.statusCode, refused.json().allowed], [409, ['connect']]);
  });

  test('disconnect answers 202 while it runs; with a receipt it is over, and connect makes the next generation', async () => {
    await setUpShop(t);
    await t.started('shop-leaver', { company: 'leaver' });
    const url = '/api/connections/shop-leaver';
    const unplanned = await t.send('POST', `${url}/disconnect`, { keepData: true });
    assert.deepEqual([unplanned.statusCode, unplanned.json().code], [409, 'PLAN_REQUIRED']);
    const planToken = unplanned.json().plan.token;
    const running = await t.send('POST', `${url}/disconnect`, { keepData: true, planToken });
    assert.deepEqual([running.statusCode, running.json().workflowId], [202, 'lifecycle/shop-leaver']);
    assert.equal((await t.get(`${url}/receipt`)).statusCode, 404);

    await t.stores.connections.change('shop-leaver', () => ({ status: 'DISCONNECTED', ownCode: 26 }));
    const early = await connect('leaver');
    assert.deepEqual([early.statusCode, early.json().code], [409, 'ILLEGAL_MOVE']);
    const collections = [{ name: 'grants', outcome: 'deleted' as const, count: 1, hash: 'h' }];
    const by = { kind: 'person', id: 'ada' } as const;
    await t.stores.receipts.keep({
      ...{ _id: 'shop-leaver/1', by, at: new Date(), grantRevoked: true, keptData: false, collections },
      ...{ resources: [], signature: 's' },
    });
    assert.deepEqual((await t.get(`${url}/receipt`)).json().collections, collections);
    const repeated = await t.send('POST', `${url}/disconnect`);
    assert.deepEqual([repeated.statusCode, repeated.json().collections], [200, collections]);

    const again = await connect('leaver');
    assert.equal(again.statusCode, 201, again.body);
    const { generation, status, configurationStatus, code } = again.json().connection;
    assert.deepEqual([generation, status, configurationStatus, code], [2, 'CONFIGURING', 'CONFIGURED', 6]);
    assert.equal((await t.get(`${url}/receipt`)).json().generation, 1);
  });
});
