import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type PagedApp, pagedDefinition, pagedRows, startPagedApp } from '../support/paged-app.ts';
import { startWorld, type World } from '../support/world.ts';
import { begin, endOf, everyOrder, happened, nameOf, timesOut } from './hook-orders.ts';
import { type HookApi, startHookApi, withHooks } from './hook-scene.ts';

const rows = 30;

describe('a hook that is stored, told and claimed, and a wait that ends, in every order', {
  concurrency: 6,
}, () => {
  let world: World;
  let app: PagedApp<'orders'>;
  let api: HookApi;
  const definition = withHooks(pagedDefinition({ aggregator: 'first' }));
  before(async () => {
    world = await startWorld();
    app = await startPagedApp({ resources: { orders: pagedRows(rows) }, pageSize: 100 });
    // Told is a step of its own.
    api = await startHookApi(world, { deaf: true });
  });
  after(async () => {
    await api?.stop();
    await app?.stop();
    await world?.stop();
  });

  const digests = new Set<string>();
  for (const order of everyOrder(1)) {
    it(nameOf(order), async () => {
      const connection = await world.started({ definition, baseUrl: app.url });
      const aggregator = await api.aggregator(definition.id, connection._id);
      const player = { order, connection, aggregator, hooks: [aggregator.hook('orders.ready')] };
      for (const step of order) {
        await begin(world, player, step, 400);
        await happened(world, player, step);
      }
      const session = await endOf(world, player);
      const path = await world.path(session._id);
      const beginning = timesOut(order) ? [25, 23, 25, 2] : [25, 2];
      assert.deepEqual(path, [...beginning, 12, 13, 15, 16, 18, 19]);
      const records = world.stores.records.of(connection._id, 1, 'orders');
      assert.equal(await records.count(), rows);
      digests.add(await records.digest());
      assert.equal(digests.size, 1, 'the same records in every order');
    });
  }
});
