import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { pagedRows } from '../support/paged-app.ts';
import { until } from '../support/until.ts';
import { startWorld, type World } from '../support/world.ts';
import { setScene } from './scene.ts';

describe('workers that come and go', () => {
  let world: World;
  before(async () => {
    world = await startWorld({ batchRows: 10 });
  });
  after(() => world.stop());

  it('a worker that shuts down in the middle of loading hands over to the next one', async (t) => {
    const scene = await setScene(world, t, { rows: { orders: pagedRows(60) }, pageSize: 10 });
    scene.app.onPage = ({ count }) => {
      scene.app.faults.hold = count === 4;
    };
    await scene.load();
    await until('a request', async () => (scene.app.waiting() > 0 ? { found: true } : { seen: 'none' }));
    await world.stopPool();
    scene.app.release();
    await world.startPool();
    const synced = await world.reaches(scene.id, 19);
    assert.deepEqual(await world.path(synced._id), [2, 12, 13, 15, 16, 18, 19]);
    const offsets = scene.app.asked.map(({ offset }) => offset);
    assert.equal(offsets.filter((offset) => offset < 30).length, 3, 'what is stored is not read again');
  });
});
