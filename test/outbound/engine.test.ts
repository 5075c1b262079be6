import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { verifyEvent } from '../../client/verify-event.ts';
import { type ServedApi, serveApi } from '../companies/scene.ts';
import { setScene } from '../session/scene.ts';
import { disconnectPlanned } from '../support/disconnect.ts';
import { pagedRows } from '../support/paged-app.ts';
import { until } from '../support/until.ts';
import { startWorld, type World } from '../support/world.ts';
import { firstArrivals, newSecret, senderOf, startReceiver, subscribe, wellTypes } from './scene.ts';
import { spawnSender } from './spawn-sender.ts';

describe('events of a real session', () => {
  let world: World;
  let api: ServedApi;
  before(async () => {
    world = await startWorld();
    api = await serveApi(world);
  });
  after(async () => {
    await api.stop();
    await world.stop();
  });

  it('arrive in order and signed, though the sender dies after a post', async (t) => {
    const scene = await setScene(world, t);
    const receiver = await startReceiver();
    const secret = newSecret();
    await subscribe(world.stores, { id: 'all', url: receiver.url, secret, connections: [scene.id] });
    const database = world.stores.db.databaseName;
    let sender = spawnSender(database);
    t.after(async () => {
      await sender.kill();
      await receiver.stop();
    });
    let again: Promise<void> | undefined;
    receiver.onArrived = () => {
      again ??= sender.kill().then(() => {
        sender = spawnSender(database);
      });
    };
    await scene.load();
    const session = await world.reaches(scene.id, 19);
    const events = await until('every event', async () => {
      const found = firstArrivals(receiver);
      return found.length >= 4 ? { found } : { seen: `${found.length}` };
    });
    await again;
    assert.deepEqual(
      events.map(({ type, data }) => [type, data.session, data.sequence]),
      wellTypes.map((type, index) => [type, session._id, index + 1]),
    );
    assert.deepEqual(events[0]?.data.counts, { resources: 1, rows: 20 });
    assert.equal(events[1]?.data.counts.inserted, 20);
    for (const { body, headers, event } of receiver.arrived)
      assert.deepEqual(verifyEvent(body, headers, [secret]), event);
    // The first one came twice, under one id.
    assert.ok(receiver.arrived.filter(({ event }) => event.id === events[0]?.id).length > 1);
  });

  it('of its errors, its window, a pause, a revocation and the end are told in order, rows never', async (t) => {
    const rows = pagedRows(3).map((row) => ({ ...row, email: 'ada@private.example' }));
    const scene = await setScene(world, t, { rows: { orders: rows }, durations: { decisionWindowMs: 300 } });
    const { client } = api;
    const receiver = await startReceiver();
    const sender = senderOf(world.stores, { secrets: world.secrets });
    t.after(async () => {
      await sender.stop();
      await receiver.stop();
    });
    const { subscription, secret } = await client.subscribe({
      ...{ id: 'desk', url: receiver.url, connections: [scene.id] },
      events: ['NormalizedData', 'Deauthorized', 'Resumed'],
    });
    assert.deepEqual(subscription.events.length, 6);
    scene.app.faults.fail = { count: 1, status: 400 };
    await scene.load();
    await world.reaches(scene.id, 11);
    await world.closes(scene.id);
    await client.pause(scene.id, { note: 'private note' });
    await client.resume(scene.id);
    await client.startSession(scene.id);
    await world.reaches(scene.id, 19);
    await world.closes(scene.id);
    scene.app.faults.revoked = true;
    await client.startSession(scene.id);
    await world.reaches(scene.id, 8);
    await world.closes(scene.id);
    // Down until the connection and its rows are gone: what waits is told all the same.
    receiver.answers = [500];
    await sender.round();
    await sender.settled();
    const [link] = (await client.listEvents(scene.id)).events.filter(({ type }) => type === 'Deauthorized');
    assert.match(String(link?.data.reauthorizeUrl), /\/connect\//);
    await disconnectPlanned(client, scene.id);
    const told = await until('the end', async () => {
      await sender.round();
      await sender.settled();
      const found = firstArrivals(receiver);
      const last = found.at(-1)?.type;
      return last === 'Disconnected' ? { found } : { seen: `${last}` };
    });
    const session = (await world.latest(scene.id))._id;
    assert.deepEqual(
      told.map(({ type, data: { code, reason } }) => [type, code, reason]),
      [
        ['Error', 11, told[0]?.data.reason],
        ['Error', 11, 'WINDOW_OVER'],
        ['Suspended', null, null],
        ['Resumed', null, null],
        ['NormalizedData', 15, 'STRUCTURED'],
        ['Deauthorized', 8, 'GRANT_REVOKED'],
        ['Disconnected', 26, null],
      ],
    );
    assert.equal(told[5]?.data.session, session);
    // The link ended with the connection.
    assert.equal(told[5]?.data.reauthorizeUrl, undefined);
    const { deliveries } = await client.subscriptionDeliveries('desk');
    const all = JSON.stringify([receiver.arrived, deliveries]);
    assert.doesNotMatch(all, /private|whsec_/);
    for (const { body, headers } of receiver.arrived) assert.ok(verifyEvent(body, headers, [secret]));
  });
});
