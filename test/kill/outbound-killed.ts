import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { verifyEvent } from '../../client/verify-event.ts';
import {
  connect,
  firstArrivals,
  goesWell,
  newSecret,
  startReceiver,
  subscribe,
  wellTypes,
} from '../outbound/scene.ts';
import { spawnSender } from '../outbound/spawn-sender.ts';
import { openTestStores } from '../stores/support.ts';
import { until } from '../support/until.ts';

/** Numbers from 0 up to 1, always the same ones for one seed. */
function randomOf(seed: number): () => number {
  let state = seed * 2_654_435_761;
  return () => {
    state = (Math.imul(state ^ (state >>> 15), 2_246_822_507) + 0x9e3779b9) | 0;
    return (state >>> 0) / 2 ** 32;
  };
}

/** Kills the sender of events again and again, by seeds: at posts, and at any moment. */
export function describeKilledSenders(seeds: readonly number[], kills: number): void {
  describe('events survive the death of their sender', async () => {
    const stores = await openTestStores();
    for (const seed of seeds)
      it(`seed ${seed}: none is lost, doubled ones have one id, the order stays`, async () => {
        const random = randomOf(seed);
        const receiver = await startReceiver();
        const secret = newSecret();
        const connections = [`a${seed}`, `b${seed}`];
        for (const id of connections) await connect(stores, id);
        await subscribe(stores, { id: `s${seed}`, url: receiver.url, secret, connections });
        let sender = spawnSender(stores.db.databaseName);
        after(async () => {
          await sender.kill();
          await receiver.stop();
        });
        // Between the post and the note: the receiver has it, the sender does not know.
        let killAt = 1 + Math.floor(random() * 4);
        let killed = 0;
        let again: Promise<void> = Promise.resolve();
        receiver.onArrived = () => {
          if (killed >= kills || receiver.arrived.length < killAt) return;
          killed += 1;
          killAt = receiver.arrived.length + 1 + Math.floor(random() * 4);
          const dying = sender.kill();
          again = again
            .then(() => dying)
            .then(() => {
              sender = spawnSender(stores.db.databaseName);
            });
        };
        await Promise.all(connections.map((id) => goesWell(stores, id)));
        const events = await until('every event', async () => {
          const found = firstArrivals(receiver);
          return found.length >= 8 && killed >= kills
            ? { found }
            : { seen: `${found.length}, ${killed} killed` };
        });
        await again;
        assert.equal(events.length, 8);
        for (const id of connections) {
          const mine = events.filter(({ data }) => data.connection === id);
          assert.deepEqual(
            mine.map(({ type, data }) => [data.sequence, type]),
            wellTypes.map((type, index) => [index + 1, type]),
          );
        }
        for (const { body, headers, event } of receiver.arrived) {
          assert.deepEqual(verifyEvent(body, headers, [secret]), event);
          // A second arrival is the same event to the letter.
          assert.equal(body, JSON.stringify(events.find(({ id }) => id === event.id)));
        }
        assert.ok(receiver.arrived.length > events.length);
        await sender.kill();
        await stores.subscriptions.remove(`s${seed}`);
      });
  });
}
