import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { tidyInbox } from '../../client/inbox-tidy.ts';
import type { ConnectionDoc, InboxDoc } from '../../stores/model.ts';
import { noStore, startTestApi, type TestApi } from './support.ts';

const day = 86_400_000;
const came = new Date('2026-01-01T00:00:00.000Z');
const after_ = (days: number) => new Date(came.getTime() + days * day);

describe('tidying the inbox', { skip: noStore }, () => {
  let t: TestApi;
  before(async () => {
    t = await startTestApi();
  });
  after(() => t.stop());

  const told: string[] = [];
  const tidy = (days: number) =>
    tidyInbox({ stores: t.stores, sessions: { tell: async ({ _id }) => void told.push(_id) } }, after_(days));
  const put = async (connectionId: string, id: string, more: Partial<InboxDoc> = {}) => {
    const _id = `webhook/${connectionId}/${id}`;
    await t.stores.inbox.put({
      _id,
      connectionId,
      generation: 1,
      kind: 'webhook',
      meaning: 'load',
      payload: null,
      receivedAt: came,
      ...more,
    });
    await t.stores.inbox.markTold(_id, came);
    return _id;
  };
  const get = (id: string) => t.stores.inbox.get(id);
  const connected = (id: string, more: Partial<ConnectionDoc> = {}) => t.started(id, more);

  test('what nobody took for 7 days expires, is listed for 7 more, and is deleted', async () => {
    await connected('deaf', { ownCode: 8, authorized: false });
    const id = await put('deaf', '1');
    await tidy(6.9);
    assert.equal((await get(id))?.outcome, null);
    await tidy(7.1);
    assert.equal((await get(id))?.outcome, 'expired');
    assert.equal(await t.stores.inbox.unclaimed('deaf', ['webhook']), 0);
    const answer = await t.get('/api/connections/deaf/webhooks');
    const [shown] = answer.json().webhooks;
    assert.deepEqual([shown.state, shown.reason], ['expired', 'No session took it within 7 days.']);
    await tidy(14);
    assert.notEqual(await get(id), null);
    await tidy(14.2);
    assert.equal(await get(id), null);
  });

  test('while the connection is paused the time stands still', async () => {
    await connected('resting', { status: 'PAUSED' });
    const id = await put('resting', '1');
    for (const days of [5, 10, 15]) await tidy(days);
    await t.stores.connections.change('resting', () => ({ status: 'STARTED' }));
    await tidy(21);
    assert.equal((await get(id))?.outcome, null);
    await tidy(22.1);
    assert.equal((await get(id))?.outcome, 'expired');
  });

  test('a connection that can take what waits is told again; one with a session that goes on is not', async () => {
    await connected('ready');
    const working = await connected('working');
    await t.loading(working);
    await connected('paused', { status: 'PAUSED' });
    for (const id of ['ready', 'working', 'paused']) await put(id, '1');
    told.length = 0;
    await tidy(0.01);
    assert.deepEqual(told, [], 'it came just now');
    await tidy(0.1);
    assert.deepEqual(told, ['ready']);
  });

  test('what a session took is kept as long as the session may still go on', async () => {
    const connection = await connected('taking');
    const sessionId = await t.loading(connection);
    const id = await put('taking', '1');
    const owner = { connectionId: 'taking', generation: 1 };
    await t.stores.inbox.claim({ ...owner, kinds: ['webhook'], sessionId, at: came });
    await t.move(sessionId, 'loadingFailed', 11, 'SOURCE_UNREACHABLE');
    await t.stores.sessions.close(sessionId, 'window', after_(7));
    await tidy(30);
    assert.notEqual(await get(id), null, 'its data may be in there');
    await t.stores.sessions.close(sessionId, 'canceled', after_(30));
    const outside = await put('taking', 'revoked');
    await t.stores.inbox.claim({ ...owner, kinds: ['webhook'], sessionId: 'start/run', at: came });
    await tidy(30);
    assert.equal(await get(outside), null, 'no session has it');
  });

  test('what is ignored wakes nobody and goes after 7 days', async () => {
    await connected('dull');
    const id = await put('dull', '1', { meaning: 'ignore' });
    assert.equal((await get(id))?.outcome, 'ignored');
    assert.deepEqual(
      (await t.stores.inbox.untold(500)).filter((entry) => entry.connectionId === 'dull'),
      [],
    );
    await tidy(7.1);
    assert.equal(await get(id), null);
  });
});
