import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { ConnectorDefinition } from '../../connectors/definition.ts';
import { imbalance } from '../../domain/ledger.ts';
import { pagedRows } from '../support/paged-app.ts';
import { until } from '../support/until.ts';
import { startWorld, type World } from '../support/world.ts';
import { malformed } from './faults.ts';
import { type Scene, setScene } from './scene.ts';

type Resource = ConnectorDefinition['resources'][number];

describe('a definition that is mended, and rows that are not', { concurrency: 3 }, () => {
  let world: World;
  before(async () => {
    world = await startWorld({ batchRows: 10 });
  });
  after(() => world.stop());

  function mend(scene: Scene, change: Partial<Resource>): void {
    const definition = world.definitions.get(scene.connection.app);
    assert.ok(definition);
    const resources = definition.resources.map((resource) => ({ ...resource, ...change }));
    world.definitions.set(definition.id, { ...definition, resources });
  }

  it('another key: what was merged under the wrong one is taken back, the ledger balances', async (t) => {
    const scene = await setScene(world, t, {
      rows: { orders: [...pagedRows(30).slice(15), ...malformed(15)] },
    });
    await scene.load();
    assert.equal((await world.reaches(scene.id, 14)).reason, 'QUARANTINE_THRESHOLD');
    mend(scene, { key: ['email'], schema: { type: 'object' } });
    await scene.call('retry');
    const synced = await world.reaches(scene.id, 19);
    const [run] = await world.stores.structuring.many(synced._id, ['orders']);
    assert.ok(run);
    assert.equal(imbalance(run.ledger), null);
    assert.equal(run.ledger.recordsAfter, 30);
    assert.equal(await world.stores.records.of(scene.id, 1, 'orders').get('r20'), null);
    assert.equal(await world.stores.quarantine.of(scene.id, 1, 'orders').count(), 0);
  });

  it('a cursor value that is none does not hide later rows', async (t) => {
    const bad = { ...pagedRows(1)[0], id: 'bad', updated_at: 'not known' };
    const scene = await setScene(world, t, { rows: { orders: [...pagedRows(20), bad] } });
    await scene.load();
    assert.equal((await world.reaches(scene.id, 19)).reason, 'SYNCED_WITH_QUARANTINE');
    await world.closes(scene.id);
    scene.app.rows.orders?.splice(20, 1);
    scene.app.rows.orders?.push(...pagedRows(5, 21));
    await scene.load();
    await world.reaches(scene.id, 19, ({ number }) => number === 2);
    assert.equal(await world.stores.records.of(scene.id, 1, 'orders').count(), 25);
  });

  it('stopped in the middle and mended: the batches before are read again too', async (t) => {
    const scene = await setScene(world, t, { rows: { orders: pagedRows(100) }, pageSize: 10 });
    scene.app.onPage = ({ count }) => {
      scene.app.faults.hold = count === 8;
    };
    await scene.load();
    await until('a request', async () => (scene.app.waiting() > 0 ? { found: true } : { seen: 'none' }));
    const { _id: sessionId } = await world.latest(scene.id);
    const batches = world.stores.db.collection<{ _id: string }>('batches');
    const taken = await batches.findOneAndDelete({ _id: `${sessionId}/orders/5` });
    assert.ok(taken);
    scene.app.release();
    assert.equal((await world.reaches(scene.id, 14)).reason, 'MERGE_FAILED');
    assert.equal((await world.stores.structuring.get(`${sessionId}/orders`))?.mergedBatches, 5);

    await batches.insertOne(taken);
    mend(scene, { mapping: { amount: 'price' } });
    await scene.call('retry');
    await world.reaches(scene.id, 19);
    const records = world.stores.records.of(scene.id, 1, 'orders');
    assert.equal(await records.count(), 100);
    assert.equal((await records.get('r1'))?.data.price, 1, 'the first batch has the new name');
    const [run] = await world.stores.structuring.many(sessionId, ['orders']);
    assert.equal(run?.ledger.inserted, 100);
    assert.equal(run && imbalance(run.ledger), null);
  });
});
