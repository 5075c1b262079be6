import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { noStore, publicUrl, startTestApi, type TestApi, token } from './support.ts';

describe('the settings of an app', { skip: noStore }, () => {
  let t: TestApi;
  before(async () => {
    t = await startTestApi();
  });
  after(() => t.stop());
  const put = (body: object) => t.send('PUT', '/api/apps/shop', body);
  const remove = (id: string) =>
    t.api.inject({
      method: 'DELETE',
      url: `/api/apps/shop/webhook-secrets/${id}`,
      headers: { authorization: `Bearer ${token}` },
    });

  test('an app says what it needs, what is missing, and the redirect address to copy', async () => {
    const shop = (await t.get('/api/apps/shop')).json();
    assert.equal(shop.setUp, false);
    assert.deepEqual(shop.missing, ['baseUrl', 'clientId', 'clientSecret']);
    assert.equal(shop.redirectUri, `${publicUrl}/api/oauth/callback`);
    assert.equal(shop.tried, 'no');
    assert.deepEqual(shop.scopes, ['read']);
    const bank = (await t.get('/api/apps/bank')).json();
    assert.deepEqual(bank.missing, ['baseUrl']);
    assert.equal(bank.redirectUri, null);
    const connect = { company: { id: 'acme', name: 'Acme' }, app: 'shop' };
    const refused = await t.send('POST', '/api/connections', connect);
    assert.equal(refused.statusCode, 409);
    assert.match(
      refused.json().detail,
      /no address, client id and client secret yet.*tributary app set shop/,
    );
    assert.deepEqual(refused.json().missing, shop.missing);
  });

  test('an address that we would not ask is refused at once', async () => {
    for (const baseUrl of ['http://10.0.0.1', 'http://169.254.169.254/latest', 'http://[::ffff:10.0.0.1]']) {
      const answer = await put({ baseUrl });
      assert.equal(answer.statusCode, 422, answer.body);
      assert.equal(answer.json().code, 'ADDRESS_REFUSED');
      assert.match(answer.json().whatToDo, /TRIBUTARY_EGRESS_ALLOW/);
    }
    assert.equal((await put({ baseUrl: 'http://ada:pw@127.0.0.1' })).json().code, 'ADDRESS_REFUSED');
  });

  test('scopes take the place of those of the definition', async () => {
    const client = { baseUrl: 'http://127.0.0.1:9', clientId: 'us', clientSecret: 'very-secret' };
    assert.deepEqual((await put({ ...client, scopes: ['a', 'b'] })).json().scopes, ['a', 'b']);
    assert.deepEqual((await put(client)).json().scopes, ['read']);
  });

  test('webhook secrets: the newest first, two older ones stay, one can be removed, none is shown', async () => {
    const client = { baseUrl: 'http://127.0.0.1:9', clientId: 'us', clientSecret: 'very-secret' };
    for (const webhookSecret of ['whsec-1', 'whsec-2', 'whsec-3', 'whsec-4', 'whsec-4'])
      assert.equal((await put({ ...client, webhookSecret })).statusCode, 200);
    const shown = (await put(client)).json();
    assert.equal(shown.webhookSecrets.length, 3);
    assert.doesNotMatch(JSON.stringify(shown), /whsec|very-secret/);
    const stored = (await t.stores.apps.get('shop'))?.webhookSecrets ?? [];
    const opened = stored.map(({ id, secret }) => t.secrets.open(secret, `webhook/app/shop/${id}`));
    assert.deepEqual(opened, ['whsec-4', 'whsec-3', 'whsec-2']);

    const oldest = shown.webhookSecrets[2].id;
    assert.equal((await remove(oldest)).json().webhookSecrets.length, 2);
    assert.equal((await remove(oldest)).statusCode, 404);
    assert.equal((await t.get('/api/apps/shop')).json().hasSecret, true);
  });

  test('settings that are given at once by several callers are all kept', async () => {
    const webhookSecrets = ['one', 'two', 'three'];
    for (const { id } of (await t.get('/api/apps/shop')).json().webhookSecrets) await remove(id);
    await Promise.all(webhookSecrets.map((webhookSecret) => put({ webhookSecret })));
    assert.equal((await t.get('/api/apps/shop')).json().webhookSecrets.length, 3);
  });
});
