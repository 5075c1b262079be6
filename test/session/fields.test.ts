import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { pagedRows } from '../support/paged-app.ts';
import { startWorld, type World } from '../support/world.ts';
import { setScene } from './scene.ts';

describe('fields that must not be stored', { concurrency: 3 }, () => {
  let world: World;
  before(async () => {
    world = await startWorld({ batchRows: 10, quarantineShare: 0.5 });
  });
  after(() => world.stop());

  it('are in no collection: not in batches, records, quarantine or requests', async (t) => {
    const rows = pagedRows(20).map((row, index) => ({
      ...row,
      secret: 'do-not-keep',
      email: 'ada@private.example',
      ...(index === 15 ? { amount: 'no number' } : {}),
    }));
    const scene = await setScene(world, t, { rows: { orders: rows }, pageSize: 4 });
    await world.stores.connections.change(scene.id, ({ resources }) => ({
      resources: resources.map((one) => ({ ...one, fields: { drop: ['secret'], hash: ['email'] } })),
    }));
    await scene.load();
    const synced = await world.reaches(scene.id, 19);
    const records = world.stores.records.of(scene.id, 1, 'orders');
    const [one, two] = [await records.get('r1'), await records.get('r2')];
    assert.match(String(one?.data.email), /^[0-9a-f]{64}$/);
    assert.equal(one?.data.email, two?.data.email);
    assert.equal('secret' in (one?.data ?? {}), false);
    for (const { name } of await world.stores.db.listCollections({}, { nameOnly: true }).toArray()) {
      const text = JSON.stringify(await world.stores.db.collection(name).find().toArray());
      assert.equal(text.includes('do-not-keep') || text.includes('ada@private'), false, name);
    }

    const [kept] = await world.stores.exchanges.many(synced._id, ['orders']);
    assert.equal(kept?.exchanges.length, 5);
    assert.deepEqual(
      kept?.exchanges.map(({ status, rows: count, firstRow }) => [status, count, firstRow]),
      [
        [200, 4, [0, 0]],
        [200, 4, [0, 4]],
        [200, 4, [0, 8]],
        [200, 4, [1, 2]],
        [200, 4, [1, 6]],
      ],
    );
  });
});
