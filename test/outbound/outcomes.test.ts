import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { createAlertSender } from '../../client/alerts/sender.ts';
import { createWebhookChannel } from '../../client/alerts/webhook.ts';
import type { DeliveryView, SubscriptionView } from '../../client/api/schemas/subscriptions.ts';
import type { OutboundSender } from '../../client/outbound/sender.ts';
import { createEgress } from '../../platform/egress.ts';
import { startReceiver as startAlertReceiver } from '../alerts/receiver.ts';
import { startTestApi, type TestApi, token } from '../client/support.ts';
import { localEgress } from '../support/egress.ts';
import { goesWell, move, openSession, quiet, type Receiver, senderOf, startReceiver } from './scene.ts';

const secondMs = 1_000;
const hourMs = 3_600 * secondMs;
const dayMs = 24 * hourMs;

/** What becomes of an event at receivers that do not take it; days pass by a clock of the test's own. */
describe('what receivers do with events', () => {
  let t: TestApi;
  let receiver: Receiver;
  let ahead = 0;
  const now = () => new Date(Date.now() + ahead);
  const senders: OutboundSender[] = [];
  before(async () => {
    [t, receiver] = await Promise.all([startTestApi({ now }), startReceiver()]);
  });
  after(async () => {
    await Promise.all(senders.map((one) => one.stop()));
    await receiver.stop();
    await t.stop();
  });
  let made = 0;
  let id = '';
  beforeEach(async () => {
    await Promise.all(senders.splice(0).map((one) => one.stop()));
    for (const { _id } of await t.stores.subscriptions.list()) await remove(_id);
    ahead = 0;
    Object.assign(receiver, { answers: [], onArrived: () => undefined });
    receiver.arrived.length = 0;
    id = `r${++made}`;
    await t.started(id);
  });

  const senderWith = (more: Parameters<typeof senderOf>[1] = {}) => {
    const one = senderOf(t.stores, { secrets: t.secrets, now, timeoutMs: 10_000, scale: 1, ...more });
    senders.push(one);
    return one;
  };
  const round = async (sender: OutboundSender) => {
    await sender.round();
    await sender.settled();
  };
  const remove = (of: string) =>
    t.api.inject({
      ...{ method: 'DELETE', url: `/api/subscriptions/${of}` },
      headers: { authorization: `Bearer ${token}` },
    });
  const subscribe = async (more: object = {}): Promise<string> => {
    const body = { id, url: receiver.url, events: ['RawData'], connections: [id], ...more };
    const answer = await t.send('POST', '/api/subscriptions', body);
    assert.equal(answer.statusCode, 201, answer.body);
    return answer.json().secret;
  };
  const subscription = async (): Promise<SubscriptionView> =>
    (await t.get(`/api/subscriptions/${id}`)).json();
  /** Oldest first. */
  const deliveries = async (): Promise<DeliveryView[]> => {
    const { deliveries: found } = (await t.get(`/api/subscriptions/${id}/deliveries`)).json();
    return found.sort((a: DeliveryView, b: DeliveryView) => a.sequence - b.sequence);
  };
  /** The clock goes to the next attempt. @returns how far that was, in milliseconds */
  const untilDue = async (of: DeliveryView | undefined): Promise<number> => {
    assert.ok(of?.nextAttemptAt, `it is ${of?.status}`);
    const wait = Date.parse(of.nextAttemptAt) - now().getTime();
    ahead += Math.max(0, wait) + 1;
    return wait;
  };
  const loaded = async (of = id) => {
    const session = await openSession(t.stores, of);
    await move(t.stores, session, 'load', 2, 'LOADING');
    await move(t.stores, session, 'loaded', 12, 'LOADED');
  };

  test('one that is down for long: three days, the next event, disabled after five with an alert, all sent again', async () => {
    const secret = await subscribe();
    const alertReceiver = await startAlertReceiver();
    after(() => alertReceiver.stop());
    receiver.onArrived = () => {
      receiver.answers = [500];
    };
    await loaded();
    await loaded();
    const sender = senderWith();
    const began = now().getTime();
    const waits: number[] = [];
    await round(sender);
    for (;;) {
      const [first] = await deliveries();
      if (first?.status !== 'waiting') break;
      waits.push(await untilDue(first));
      await round(sender);
    }
    await round(sender);
    const [first, second] = await deliveries();
    assert.deepEqual([first?.status, first?.nextAttemptAt, second?.status], ['failed', null, 'waiting']);
    // Seconds, minutes, hours: each a fifth sooner or later than said.
    const said = [5, 30, 120, 600, 1_800, 3_600, 7_200, 14_400, 28_800, 43_200];
    for (const [at, secs] of said.entries()) {
      const took = (waits[at] ?? 0) / secondMs;
      assert.ok(took > secs * 0.79 - 2 && took < secs * 1.21 + 2, `${at}: ${took} s`);
    }
    const last = Date.parse(first?.log.at(-1)?.at ?? '') - began;
    assert.ok(Math.abs(last - 3 * dayMs) < 5 * secondMs, `the last attempt was after ${last / hourMs} h`);
    assert.equal(first?.attempts, waits.length + 1);
    const ids = new Set(receiver.arrived.map(({ headers }) => headers['webhook-id']));
    assert.equal(ids.size, 2, 'the second one was sent only after the first one was given up');

    for (let known = second; (await subscription()).enabled; known = (await deliveries())[1]) {
      await untilDue(known);
      await round(sender);
    }
    assert.ok(now().getTime() - began >= 5 * dayMs);
    const disabled = await subscription();
    assert.match(
      disabled.disabledReason ?? '',
      /^Nothing arrived for 5 days\. The last attempt: .* with 500\.$/,
    );
    const channel = createWebhookChannel({
      ...{ url: alertReceiver.url, secret: Buffer.alloc(24, 3).toString('base64'), egress: localEgress },
    });
    const told = createAlertSender({ stores: t.stores, log: quiet, holdDownMs: 0, channels: [channel] });
    await told.round();
    const [alert] = alertReceiver.requests.map(({ body }) => JSON.parse(body));
    assert.equal(alert?.type, 'alert.opened');
    assert.match(JSON.stringify(alert), new RegExp(`Events are no longer sent to ${id}`));
    assert.match(JSON.stringify(alert), new RegExp(`tributary events show ${id}`));
    const { alerts } = (await t.get('/api/alerts')).json();
    assert.ok(alerts.some((one: { incident: string }) => one.incident === `subscription/${id}`));

    // Nothing goes out while it is disabled, and nothing that happens is lost.
    await loaded();
    const before = receiver.arrived.length;
    ahead += hourMs;
    await round(sender);
    assert.equal(receiver.arrived.length, before);
    const asked = await t.send('POST', `/api/subscriptions/${id}/redeliver`, {
      failedSince: new Date(0).toISOString(),
    });
    assert.deepEqual(asked.json(), { asked: 1, enabled: false });

    // Enabled, what waits is tried at once, not when its next attempt was due.
    receiver.onArrived = () => undefined;
    receiver.answers = [];
    assert.equal((await t.send('POST', `/api/subscriptions/${id}`, { enabled: true })).statusCode, 200);
    await round(sender);
    assert.deepEqual(
      (await deliveries()).map(({ status }) => status),
      ['delivered', 'delivered', 'delivered'],
    );
    await told.round();
    assert.equal(JSON.parse(alertReceiver.requests.at(-1)?.body ?? '{}').type, 'alert.resolved');
    await told.stop();
    assert.ok(secret.startsWith('whsec_'));
  });

  test('a mended address is asked at once, and a failure then has three days of its own', async () => {
    const closed = await startReceiver();
    await closed.stop();
    await subscribe({ url: closed.url });
    await loaded();
    const sender = senderWith();
    await round(sender);
    const [first] = await deliveries();
    assert.match(first?.log[0]?.error ?? '', /cannot be reached: ECONNREFUSED/);
    ahead += 4 * dayMs;
    receiver.answers = [503];
    assert.equal((await t.send('POST', `/api/subscriptions/${id}`, { url: receiver.url })).statusCode, 200);
    await round(sender);
    const [mended] = await deliveries();
    assert.deepEqual([mended?.status, mended?.log.at(-1)?.status], ['waiting', 503]);
    await untilDue(mended);
    await round(sender);
    assert.equal((await deliveries())[0]?.status, 'delivered');
  });

  test('one that asks for time has it; one that redirects to a private address is not followed', async () => {
    const inside = await startReceiver();
    after(() => inside.stop());
    await subscribe();
    receiver.answers = [
      (response) => response.writeHead(429, { 'retry-after': '7200' }).end(),
      (response) => response.writeHead(307, { location: inside.url }).end(),
    ];
    await loaded();
    const sender = senderWith();
    await round(sender);
    const wait = await untilDue((await deliveries())[0]);
    assert.ok(Math.abs(wait - 2 * hourMs) < 2 * secondMs, `${wait}`);
    await round(sender);
    const [redirected] = await deliveries();
    assert.match(
      redirected?.log.at(-1)?.error ?? '',
      /redirects \(307\).*Give the subscription the final address/,
    );
    assert.equal(inside.arrived.length, 0);
  });

  test('one that answers and never ends its answer has it; one that says much is cut', async () => {
    await subscribe();
    receiver.answers = [
      (response) => response.writeHead(200).write('thanks'),
      (response) => response.writeHead(500).end('no '.repeat(100_000)),
    ];
    await loaded();
    const sender = senderWith({ timeoutMs: 200 });
    await round(sender);
    assert.equal((await deliveries())[0]?.status, 'delivered');
    await loaded();
    await round(sender);
    const log = (await deliveries())[1]?.log[0];
    assert.deepEqual([log?.status, log?.excerpt.length], [500, 500]);
  });

  test('one at an address that nobody may ask is not asked, also by its name', async () => {
    await subscribe();
    await loaded();
    const guarded = createEgress();
    const own = senderWith({ egress: guarded });
    await round(own);
    const byName = receiver.url.replace('127.0.0.1', 'a-name.example');
    await t.send('POST', `/api/subscriptions/${id}`, { url: byName });
    const lookup = createEgress({
      lookup: (_name, _options, done) => done(null, [{ address: '10.0.0.8', family: 4 }]),
    });
    await own.stop();
    await round(senderWith({ egress: lookup }));
    const [one] = await deliveries();
    assert.deepEqual(
      one?.log.map(({ status, error }) => [status, /TRIBUTARY_EGRESS_ALLOW/.test(error ?? '')]),
      [
        [null, true],
        [null, true],
      ],
    );
    assert.doesNotMatch(
      one?.log[1]?.error ?? '',
      /10\.0\.0\.8/,
      'the address of a name is nobody’s business',
    );
    assert.equal(receiver.arrived.length, 0);
    await Promise.all([guarded.close(), lookup.close()]);
  });

  test('a subscription that is removed with a delivery under way leaves nothing', async () => {
    for (const answer of [204, 410, 500]) {
      await subscribe();
      let removed: Promise<unknown> = Promise.resolve();
      receiver.answers = [
        (response) => {
          removed = remove(id).then(() => response.writeHead(answer).end());
        },
      ];
      await loaded();
      const sender = senderWith();
      await round(sender);
      await removed;
      await round(sender);
      const { eventDeliveries, alerts } = t.stores;
      assert.equal(receiver.arrived.length, 1);
      assert.deepEqual(await eventDeliveries.list({ subscriptionId: id }, 10), []);
      assert.deepEqual(await eventDeliveries.queuesOf(id), []);
      assert.equal(await alerts.get(`subscription/${id}`), null);
      receiver.arrived.length = 0;
      await sender.stop();
    }
  });

  test('one that fails while another connection’s event arrives is not counted as failing for long', async () => {
    const other = `${id}-b`;
    await t.started(other);
    await subscribe({ connections: [id, other] });
    receiver.onArrived = ({ event }) => {
      receiver.answers = [event.data.connection === id ? 422 : 204];
    };
    const sender = senderWith();
    await loaded();
    for (let day = 0; day < 6; day += 2) {
      await loaded(other);
      await round(sender);
      ahead += 2 * dayMs;
    }
    assert.deepEqual([(await subscription()).enabled, (await deliveries())[0]?.status], [true, 'failed']);
  });

  test('a process that stops gives its receivers to the next one at once', async () => {
    await subscribe();
    await loaded();
    const first = senderWith({ leaseMs: 60_000 });
    await round(first);
    await first.stop();
    await loaded();
    await round(senderWith({ leaseMs: 60_000 }));
    assert.equal(receiver.arrived.length, 2);
  });

  test('old events go though nobody subscribes any more, and all that are old at once', async () => {
    await subscribe();
    await loaded();
    await round(senderWith());
    const [feed, event] = [await t.stores.outbound.feed(id), await t.stores.outbound.get(id, 1)];
    assert.ok(event);
    const { _id, sequence, ...found } = event;
    for (let last = 1; last < 120; last++) await t.stores.outbound.append(found, last);
    await t.stores.outbound.moveOn(feed, { last: 120 });
    await remove(id);
    ahead += 31 * dayMs;
    await round(senderWith());
    assert.equal((await t.stores.outbound.feed(id)).deletedThrough, 120);
    assert.equal(await t.stores.outbound.get(id, 1), null);
  });

  test('a token of one company reaches no subscription, and of its connections only its own deliveries', async () => {
    await t.send('POST', '/api/companies', { id: 'acme', name: 'Acme' });
    const theirs = `${id}-theirs`;
    await t.started(theirs, { company: 'globex' });
    const answer = await t.send('POST', '/api/tokens', {
      name: id,
      role: 'data-reader',
      companies: ['acme'],
    });
    const as = (method: 'GET' | 'POST' | 'DELETE', url: string, payload?: object) =>
      t.api.inject({
        ...{ method, url, headers: { authorization: `Bearer ${answer.json().secret}` } },
        ...(payload === undefined ? {} : { payload }),
      });
    await subscribe({ connections: null });
    const body = { id: 'mine', url: receiver.url, events: ['Error'], companies: ['globex'] };
    const one = `/api/subscriptions/${id}`;
    for (const asked of [
      as('GET', '/api/subscriptions'),
      as('POST', '/api/subscriptions', body),
      as('GET', one),
      as('POST', one, { enabled: false }),
      as('DELETE', one),
      as('GET', `${one}/deliveries`),
      as('POST', `${one}/rotate`, {}),
      as('POST', `${one}/test`),
      as('POST', `${one}/redeliver`, { delivery: `${id}/${id}/1` }),
    ]) {
      const { statusCode, body: said } = await asked;
      assert.equal(statusCode, 403, said);
      assert.match(said, /limited to acme|needs the role/);
    }
    assert.equal((await subscription()).enabled, true);
    await loaded();
    await loaded(theirs);
    await round(senderWith());
    assert.equal((await as('GET', `/api/connections/${id}/deliveries`)).json().deliveries.length, 1);
    assert.equal((await as('GET', `/api/connections/${theirs}/deliveries`)).statusCode, 404);
  });

  test('an event stays small, however much a session has', async () => {
    const resources = Array.from({ length: 1_000 }, (_, n) => ({ id: `resource-${n}`, enabled: true }));
    await t.stores.connections.change(id, () => ({ resources }));
    await subscribe({ events: ['RawData', 'NormalizedData', 'ReadyToUseData'] });
    await goesWell(t.stores, id);
    await round(senderWith());
    assert.equal(receiver.arrived.length, 4);
    for (const { body } of receiver.arrived) assert.ok(body.length < 1_500, `${body.length}`);
  });
});
