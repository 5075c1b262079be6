import assert from 'node:assert/strict';
import { after, beforeEach, describe, test } from 'node:test';
import type { OutboundSender } from '../../client/outbound/sender.ts';
import { verifyEvent } from '../../client/verify-event.ts';
import { openTestStores } from '../stores/support.ts';
import { until } from '../support/until.ts';
import {
  connect,
  firstArrivals,
  goesWell,
  move,
  newSecret,
  openSession,
  type Receiver,
  senderOf,
  startReceiver,
  subscribe,
  wellTypes,
} from './scene.ts';

describe('the sender of events', async () => {
  const stores = await openTestStores();
  const receiver = await startReceiver();
  const senders: OutboundSender[] = [];
  after(async () => {
    await Promise.all(senders.map((one) => one.stop()));
    await receiver.stop();
  });
  let made = 0;
  let id = '';
  const secret = newSecret();
  const sender = (...given: Parameters<typeof senderOf> extends [unknown, ...infer R] ? R : never) => {
    const one = senderOf(stores, ...given);
    senders.push(one);
    return one;
  };
  beforeEach(async () => {
    await Promise.all(senders.splice(0).map((one) => one.stop()));
    for (const { _id } of await stores.subscriptions.list()) await stores.subscriptions.remove(_id);
    receiver.arrived.length = 0;
    receiver.answers = [];
    receiver.onArrived = () => undefined;
    id = `c${++made}`;
  });
  /** Rounds until so many different events arrived and the outbox is empty. */
  const untilArrived = (one: OutboundSender, count: number, of: Receiver = receiver) =>
    until(`${count} events`, async () => {
      await one.round();
      await one.settled();
      const found = firstArrivals(of);
      const waiting = await stores.eventDeliveries.list({ status: 'waiting' }, 10);
      return found.length >= count && waiting.length === 0
        ? { found }
        : { seen: `${found.length}: ${waiting.map(({ _id }) => _id)}` };
    });

  test('sends every step in order, signed, with ids and counts only', async () => {
    await connect(stores, id);
    await subscribe(stores, { id, url: receiver.url, secret, connections: [id] });
    const session = await goesWell(stores, id);
    const events = await untilArrived(sender(), 4);
    assert.deepEqual(
      events.map(({ type }) => type),
      wellTypes,
    );
    assert.deepEqual(
      events.map(({ data }) => data.sequence),
      [1, 2, 3, 4],
    );
    for (const { body, headers, event } of receiver.arrived) {
      assert.deepEqual(verifyEvent(body, headers, [newSecret(), secret]), event);
      assert.equal(event.data.session, session);
      assert.equal(event.data.company, 'acme');
    }
    assert.equal(events[0]?.data.source, `${session}/2/RawData`);
    const [delivery] = await stores.eventDeliveries.list({ subscriptionId: id }, 1);
    assert.deepEqual([delivery?.status, delivery?.attempts, delivery?.log[0]?.status], ['delivered', 1, 204]);
  });

  test('tells the moves of a connection and its revocation, each once, whoever collects', async () => {
    await connect(stores, id);
    await subscribe(stores, { id, url: receiver.url, secret, connections: [id] });
    const at = new Date();
    const procedure = (name: 'pause' | 'resume') =>
      ({
        connectionId: id,
        generation: 1,
        name,
        by: { kind: 'person', id: 'ada' },
        note: null,
        arguments: {},
        startedAt: at,
      }) as const;
    for (const [name, step, number] of [
      ['pause', 'paused', 1],
      ['resume', 'started', 2],
    ] as const) {
      await stores.procedures.allocate(procedure(name), number - 1);
      await stores.connections.change(id, () => ({ fence: number }));
      await stores.procedures.step(id, number, step, new Date());
      await stores.procedures.end(
        id,
        number,
        { responseCode: 'OK', message: '', status: 'STARTED', configurationStatus: 'FINALIZED' },
        new Date(),
      );
    }
    const since = new Date();
    const ownId = `${id}/1/Deauthorized/${since.toISOString()}`;
    await stores.connections.change(id, () => ({ ownCode: 8, ownCodeSince: since }));
    await stores.events.put({
      ...{ _id: ownId, type: 'Deauthorized', connectionId: id, company: 'acme', app: 'shop' },
      ...{ sessionId: null, at: since, connectLink: 'link', data: {} },
    });
    const [one, other] = [sender(), sender()];
    await Promise.all([one.round(), other.round()]);
    const events = await untilArrived(one, 3);
    await other.settled();
    assert.deepEqual(
      events.map(({ type, data }) => [type, data.sequence]),
      [
        ['Suspended', 1],
        ['Resumed', 2],
        ['Deauthorized', 3],
      ],
    );
    assert.match(events[2]?.data.reauthorizeUrl ?? '', /^http:\/\/tributary\.example\/connect\/link\./);
    assert.equal(receiver.arrived.length, 3);
  });

  test('a crash between the event and its place neither loses nor doubles one', async () => {
    await connect(stores, id);
    await subscribe(stores, { id, url: receiver.url, secret, connections: [id] });
    await goesWell(stores, id);
    await untilArrived(sender(), 4);
    // As if the place had not been written: what stands there is found again.
    const feed = await stores.outbound.feed(id);
    const { after: place } = (await stores.outbound.get(id, 2)) ?? {};
    assert.ok(place);
    await stores.outbound.moveOn(feed, { last: 2, place });
    await goesWell(stores, id);
    const events = await untilArrived(sender(), 8);
    assert.deepEqual(
      events.map(({ data }) => data.sequence),
      [1, 2, 3, 4, 5, 6, 7, 8],
    );
    assert.equal(receiver.arrived.length, 8);
  });

  test('what comes later waits for what is tried again, in its connection only', async () => {
    const beside = `${id}-b`;
    await connect(stores, id);
    await connect(stores, beside);
    await subscribe(stores, { id, url: receiver.url, secret, connections: [id, beside] });
    let failures = 3;
    receiver.onArrived = ({ event }) => {
      const fails = event.data.connection === id && event.type === 'NormalizedData' && failures-- > 0;
      receiver.answers = [fails ? 500 : 204];
    };
    await goesWell(stores, id);
    await goesWell(stores, beside);
    await untilArrived(sender(), 8);
    const of = (connection: string) =>
      receiver.arrived.filter(({ event }) => event.data.connection === connection).map(({ event }) => event);
    assert.deepEqual(
      of(id).map(({ data }) => data.sequence),
      [1, 2, 2, 2, 2, 3, 4],
    );
    assert.equal(new Set(of(id).map((event) => event.id)).size, 4);
    assert.deepEqual(
      of(beside).map(({ data }) => data.sequence),
      [1, 2, 3, 4],
    );
    const known = await stores.eventDeliveries.get(`${id}/${id}/2`);
    assert.deepEqual(
      known?.log.map(({ status }) => status),
      [500, 500, 500, 204],
    );
    assert.equal(known?.log[0]?.excerpt, 'answer 500');
    assert.equal((await stores.subscriptions.get(id))?.failingSince, null);
  });

  test('a receiver that hangs, answers too late, redirects: tried again under the same id', async () => {
    await connect(stores, id);
    await subscribe(stores, { id, url: receiver.url, secret, connections: [id], events: ['RawData'] });
    receiver.answers = [
      'hang',
      // Its answer comes when the sender has given up.
      (response) => response.once('close', () => response.writeHead(200).end()),
      (response) => response.writeHead(302, { location: 'http://169.254.169.254/latest' }).end(),
    ];
    const session = await openSession(stores, id);
    await move(stores, session, 'load', 2, 'LOADING');
    await move(stores, session, 'loaded', 12, 'LOADED');
    await untilArrived(sender(), 1);
    const [delivery] = await stores.eventDeliveries.list({ subscriptionId: id }, 1);
    assert.deepEqual(
      delivery?.log.map(({ error }) => error?.slice(0, 35) ?? null),
      [
        'The receiver gave no answer within ',
        'The receiver gave no answer within ',
        'The receiver redirects (302). That ',
        null,
      ],
    );
    assert.equal(new Set(receiver.arrived.map(({ headers }) => headers['webhook-id'])).size, 1);
  });

  test('410 disables at once, long failure after its days, both with an alert; nothing is lost', async () => {
    await connect(stores, id);
    await subscribe(stores, { id, url: receiver.url, secret, connections: [id], events: ['RawData'] });
    receiver.answers = [410];
    await goesWell(stores, id);
    const one = sender();
    await one.round();
    await one.settled();
    const gone = await stores.subscriptions.get(id);
    assert.equal(gone?.enabled, false);
    assert.match(gone?.disabledReason ?? '', /410/);
    assert.equal((await stores.alerts.get(`subscription/${id}`))?.status, 'open');

    const days = 86_400_000;
    const failingSince = new Date(Date.now() - 6 * days);
    await stores.subscriptions.change(id, () => ({ enabled: true, disabledReason: null, failingSince }));
    receiver.answers = [500];
    await until('it to be disabled', async () => {
      await one.round();
      await one.settled();
      const now = await stores.subscriptions.get(id);
      return now?.enabled === false ? { found: now } : { seen: `${now?.failingSince}` };
    });
    assert.match((await stores.subscriptions.get(id))?.disabledReason ?? '', /Nothing arrived for 5 days/);
    await stores.subscriptions.change(id, () => ({
      enabled: true,
      disabledReason: null,
      failingSince: null,
    }));
    await untilArrived(one, 1);
    assert.equal((await stores.eventDeliveries.get(`${id}/${id}/1`))?.status, 'delivered');
  });

  test('what is old is deleted, and nobody stumbles over it', async () => {
    await connect(stores, id);
    await subscribe(stores, { id, url: receiver.url, secret, connections: [id] });
    await goesWell(stores, id);
    await untilArrived(sender(), 4);
    const later = sender({ now: () => new Date(Date.now() + 31 * 86_400_000) });
    await later.round();
    await later.settled();
    assert.equal(await stores.outbound.get(id, 4), null);
    assert.equal(await stores.eventDeliveries.get(`${id}/${id}/4`), null);
    await goesWell(stores, id);
    const events = await untilArrived(sender(), 8);
    assert.equal(events.at(-1)?.data.sequence, 8);
  });
});
