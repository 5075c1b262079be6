import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { verifyEvent } from '../../client/verify-event.ts';
import { setScene } from '../session/scene.ts';
import { until } from '../support/until.ts';
import { startWorld, type World } from '../support/world.ts';
import { firstArrivals, newSecret, startReceiver, subscribe, wellTypes } from './scene.ts';
import { spawnSender } from './spawn-sender.ts';

describe('events of a real session', () => {
  let world: World;
  before(async () => {
    world = await startWorld();
  });
  after(() => world.stop());

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
});
