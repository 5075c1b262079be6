import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createTributaryClient, type TributaryClient } from '../../client/tributary-client.ts';
import { TributaryError } from '../../domain/errors.ts';
import { noStore, setUpShop, startTestApi, type TestApi, token } from './support.ts';

describe('the typed client', { skip: noStore }, () => {
  let t: TestApi;
  let url: string;
  let client: TributaryClient;
  before(async () => {
    t = await startTestApi();
    url = await t.api.listen({ host: '127.0.0.1', port: 0 });
    client = createTributaryClient({ url: `${url}/`, token, actor: 'ada' });
    await setUpShop(t);
  });
  after(() => t.stop());

  test('connects, and reads what it made', async () => {
    const { connection, sessionId, authorization } = await client.connect({
      company: { id: 'acme' },
      app: 'shop',
    });
    assert.deepEqual([connection.id, sessionId, authorization.kind], ['shop-acme', 'shop-acme.1', 'oauth2']);
    assert.deepEqual(t.asked.starts.at(-1)?.start.by, { kind: 'person', id: 'ada' });
    assert.equal((await client.getSession(sessionId)).code, 6);
    assert.match((await client.why(sessionId)).sentence, /consent/);
    assert.equal((await client.timeline(sessionId)).entries.length, 1);
    assert.equal((await client.ledger(sessionId)).balanced, true);
    assert.deepEqual(
      (await client.listConnections({ company: 'acme' })).connections.map(({ id }) => id),
      ['shop-acme'],
    );
    const { records, total } = await client.listRecords('shop-acme', 'orders', {
      limit: 1,
      where: { id: 'x' },
    });
    assert.deepEqual([records, total], [[], null]);
    assert.equal((await client.changes('shop-acme')).more, false);
  });

  test('throws the code and details of the problem answer', async () => {
    await client.connect({ company: { id: 'other' }, app: 'shop' });
    await assert.rejects(client.call('shop-other.1', 'skip', {}, 'k'), (error) => {
      assert.ok(error instanceof TributaryError);
      assert.equal(error.code, 'ILLEGAL_MOVE');
      assert.deepEqual(error.details.allowed, ['cancel', 'disconnect']);
      return true;
    });
    await assert.rejects(client.getConnection('nobody'), {
      code: 'NOT_FOUND',
      message: 'There is no connection "nobody".',
    });
    const stranger = createTributaryClient({ url, token: 'wrong' });
    await assert.rejects(stranger.listCompanies(), { code: 'UNAUTHENTICATED' });
  });

  test('says when nothing answers', async () => {
    const lost = createTributaryClient({ url: 'http://127.0.0.1:1', token });
    await assert.rejects(lost.listApps(), { code: 'API_UNREACHABLE' });
  });
});
