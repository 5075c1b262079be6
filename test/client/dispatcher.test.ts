import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { pino } from 'pino';
import { createDispatcher } from '../../client/dispatcher.ts';
import { until } from '../support/until.ts';
import { noStore, startTestApi, type TestApi } from './support.ts';

const log = pino({ level: 'silent' });

describe('the dispatcher', { skip: noStore }, () => {
  let t: TestApi;
  before(async () => {
    t = await startTestApi();
  });
  after(() => t.stop());

  const put = async (connectionId: string) => {
    const _id = `webhook/${connectionId}/${randomBytes(4).toString('hex')}`;
    const receivedAt = new Date();
    await t.stores.inbox.put({
      _id,
      connectionId,
      generation: 1,
      kind: 'webhook',
      payload: null,
      receivedAt,
    });
    return _id;
  };
  const told = (id: string) =>
    until(`${id} to be told`, async () => {
      const entry = await t.stores.inbox.get(id);
      return entry?.toldAt ? { found: entry } : { seen: entry ? 'it is not told' : 'there is none' };
    });
  const create = (tell: (id: string) => Promise<void>, intervalMs = 60_000) =>
    createDispatcher({ stores: t.stores, sessions: { tell: ({ _id }) => tell(_id) }, log, intervalMs });

  test('tells at start what waits, once a connection, and again when nudged', async () => {
    const heard: string[] = [];
    const dispatcher = create(async (id) => void heard.push(id));
    await t.started('first');
    const waiting = [await put('first'), await put('first')];
    dispatcher.start();
    await Promise.all(waiting.map(told));
    const next = await put('first');
    dispatcher.nudge('first');
    await told(next);
    await dispatcher.stop();
    assert.deepEqual(heard, ['first', 'first']);
  });

  test('what fails is told in a later round, and does not hold back others', async () => {
    await Promise.all([t.started('failing'), t.started('well')]);
    let failures = 2;
    const dispatcher = create(async (id) => {
      if (id === 'failing' && failures-- > 0) throw new Error('the engine is down');
    }, 30);
    const [bad, good] = [await put('failing'), await put('well')];
    dispatcher.start();
    await told(good);
    await told(bad);
    await dispatcher.stop();
    assert.ok(failures < 0);
  });

  test('is told of while it works: the round is followed by another', async () => {
    await t.started('busy');
    let late: string | undefined;
    const dispatcher = create(async () => {
      if (late !== undefined) return;
      late = await put('busy');
      dispatcher.nudge();
    });
    await put('busy');
    dispatcher.nudge();
    await told(
      await until('an entry that comes late', async () =>
        late === undefined ? { seen: 'none' } : { found: late },
      ),
    );
    await dispatcher.stop();
  });

  test('an entry of a connection that is gone is told to nobody', async () => {
    await t.started('left', { status: 'DISCONNECTED' });
    const entry = await put('left');
    const dispatcher = create(async (id) => assert.notEqual(id, 'left'));
    dispatcher.nudge();
    await told(entry);
    await dispatcher.stop();
  });

  test('two dispatchers do no harm', async () => {
    await t.started('shared');
    const heard: string[] = [];
    const both = [1, 2].map(() => create(async (id) => void heard.push(id)));
    const entry = await put('shared');
    for (const one of both) one.start();
    await told(entry);
    await Promise.all(both.map((one) => one.stop()));
    assert.ok(heard.length >= 1 && heard.length <= 2);
  });
});
