import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { verifyEvent } from '../../client/verify-event.ts';
import { startTestApi, type TestApi } from '../client/support.ts';
import { goesWell, type Receiver, senderOf, startReceiver } from './scene.ts';

describe('the API of events', () => {
  let t: TestApi;
  let receiver: Receiver;
  before(async () => {
    [t, receiver] = await Promise.all([startTestApi(), startReceiver()]);
  });
  after(async () => {
    await t.stop();
    await receiver.stop();
  });

  test('a subscription from its making to its removal', async () => {
    await t.started('shop-acme');
    const body = { id: 'desk', url: receiver.url, events: ['RawData'] };
    const made = await t.send('POST', '/api/subscriptions', body);
    assert.equal(made.statusCode, 201);
    const { subscription, secret } = made.json();
    assert.deepEqual(subscription.events, ['RawData', 'Error', 'Disconnected', 'Suspended']);
    assert.equal((await t.get('/api/subscriptions')).body.includes(secret), false);
    assert.equal((await t.send('POST', '/api/subscriptions', body)).statusCode, 400);

    const rotated = (await t.send('POST', '/api/subscriptions/desk/rotate', {})).json();
    const tested = (await t.send('POST', '/api/subscriptions/desk/test')).json();
    assert.equal(tested.arrived, true);
    const one = receiver.arrived.at(-1);
    assert.ok(one);
    for (const known of [secret, rotated.secret])
      assert.equal(verifyEvent(one.body, one.headers, [known]).type, 'Test');
    await t.send('POST', '/api/subscriptions/desk/rotate', { overlapHours: 0 });
    await t.send('POST', '/api/subscriptions/desk/test');
    const last = receiver.arrived.at(-1);
    assert.throws(() => verifyEvent(last?.body ?? '', last?.headers ?? {}, [secret, rotated.secret]));

    // Given up after one attempt, then asked for again.
    receiver.answers = [500];
    const sender = senderOf(t.stores, { secrets: t.secrets, scale: 0 });
    await goesWell(t.stores, 'shop-acme');
    await sender.round();
    await sender.settled();
    const failed = (await t.get('/api/subscriptions/desk/deliveries?status=failed')).json().deliveries;
    assert.deepEqual(
      failed.map((delivery: { id: string; log: { status: number }[] }) => [
        delivery.id,
        delivery.log[0]?.status,
      ]),
      [['desk/shop-acme/1', 500]],
    );
    const redeliver = (wanted: object) => t.send('POST', '/api/subscriptions/desk/redeliver', wanted);
    assert.equal((await redeliver({})).statusCode, 400);
    assert.equal((await redeliver({ delivery: 'desk/none/1' })).statusCode, 404);
    assert.deepEqual((await redeliver({ failedSince: new Date(0).toISOString() })).json(), {
      asked: 1,
      enabled: true,
    });
    await sender.round();
    await sender.settled();
    const { deliveries } = (await t.get('/api/connections/shop-acme/deliveries')).json();
    assert.deepEqual([deliveries[0].status, deliveries[0].attempts], ['delivered', 2]);
    assert.deepEqual((await redeliver({ delivery: 'desk/shop-acme/1' })).json(), { asked: 1, enabled: true });
    await sender.round();
    await sender.settled();
    await sender.stop();
    const ids = receiver.arrived.filter(({ event }) => event.type === 'RawData').map(({ event }) => event.id);
    assert.deepEqual([ids.length, new Set(ids).size], [3, 1]);

    assert.equal((await t.send('POST', '/api/subscriptions/desk', { enabled: false })).json().enabled, false);
    const removed = await t.api.inject({
      method: 'DELETE',
      url: '/api/subscriptions/desk',
      headers: { authorization: 'Bearer a-token-of-the-tests' },
    });
    assert.equal(removed.statusCode, 200);
    assert.deepEqual((await t.get('/api/subscriptions')).json(), { subscriptions: [] });
    assert.equal((await t.stores.eventDeliveries.queuesOf('desk')).length, 0);
  });

  test('what cannot be told to anybody is refused in words', async () => {
    const post = async (body: object) => {
      const answer = await t.send('POST', '/api/subscriptions', {
        ...{ id: 'odd', url: receiver.url, events: ['Error'], ...body },
      });
      return [answer.statusCode, answer.json().detail] as const;
    };
    for (const [body, said] of [
      [{ url: 'http://169.254.169.254/latest' }, /TRIBUTARY_EGRESS_ALLOW/],
      [{ url: 'http://user:pass@example.com' }, /user name/],
      [{ url: 'ftp://example.com' }, /http/],
      [{ events: [] }, /empty/],
      [{ events: ['Everything'] }, /events/],
      [{ connections: ['nobody'] }, /no connection "nobody"/],
      [{ companies: ['nobody'] }, /no company "nobody"/],
      [{ secret: 'whsec_abc' }, /whsec_/],
    ] as const) {
      const [code, detail] = await post(body);
      assert.equal(code, 400, JSON.stringify(body));
      assert.match(detail, said);
    }
  });
});
