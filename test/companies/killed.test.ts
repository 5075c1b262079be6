import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { companyWorkflowId, lifecycleWorkflowId } from '../../domain/contracts.ts';
import type { ConnectionDoc } from '../../stores/model.ts';
import type { WritePoint } from '../kill/store-wire.ts';
import { createMortal, type Mortal } from '../kill/support.ts';
import { type PagedApp, pagedDefinition, pagedRows, startPagedApp } from '../support/paged-app.ts';
import { startWorld, tester, type World } from '../support/world.ts';

const definition = pagedDefinition();

describe('a worker that is killed in a disconnect', () => {
  let world: World;
  let mortal: Mortal;
  let app: PagedApp<'orders'>;
  const connections: ConnectionDoc[] = [];

  before(async () => {
    world = await startWorld();
    app = await startPagedApp({ resources: { orders: pagedRows(20) } });
    for (let index = 0; index < 5; index++)
      connections.push(await world.started({ definition, baseUrl: app.url }));
    await Promise.all(
      connections.map(async (connection) => {
        await world.sessions().startSession(connection, { kind: 'load', by: tester });
        await world.reaches(connection._id, 19);
        await world.closes(connection._id);
      }),
    );
    await Promise.all([world.stopWorker(), world.stopPool()]);
    mortal = await createMortal(world, [definition]);
    mortal.start();
  });
  after(async () => {
    await mortal?.stop();
    await app?.stop();
    await world?.stop();
  });

  const points: Readonly<Record<string, WritePoint>> = {
    'in the purge': { matches: ({ collection }) => collection === 'batches', nth: 1, when: 'after' },
    'between purge and receipt': {
      ...{ matches: ({ collection }) => collection === 'receipts', nth: 1, when: 'before' },
    },
    'between receipt and status': {
      ...{ matches: ({ collection }) => collection === 'receipts', nth: 1, when: 'after' },
    },
  };

  for (const [where, point] of Object.entries(points))
    it(`${where}: another one ends it, and the receipt tells of all`, { timeout: 60_000 }, async () => {
      const connection = connections.shift();
      assert.ok(connection);
      const dead = mortal.killAt(point);
      const port = world.sessions({ heartbeatMs: 1_000, quickMs: 3_000 });
      const asked = port.disconnect(connection, { by: tester, keepData: false });
      await dead;
      mortal.start();
      await asked;
      await world.client.workflow.getHandle(lifecycleWorkflowId(connection._id)).result();

      const { status } = (await world.stores.connections.get(connection._id)) ?? {};
      assert.equal(status, 'DISCONNECTED');
      const receipt = await world.stores.receipts.get(`${connection._id}/1`);
      const told = new Map(receipt?.collections.map(({ name, count }) => [name, count]));
      const counts = ['grants', 'batches', 'checkpoints', 'changes', `records.${connection._id}.1.orders`];
      assert.deepEqual(
        counts.map((name) => told.get(name)),
        [1, 1, 1, 1, 20],
      );
      const owner = { connectionId: connection._id, generation: 1, resources: ['orders'] };
      assert.deepEqual(await world.stores.compare(owner, receipt?.collections ?? []), []);
    });

  it("in the deletion of a company: it goes on, and the company's receipt tells of all", {
    timeout: 60_000,
  }, async () => {
    assert.equal(connections.length, 2);
    await world.stores.companies.ensure({ id: 'leaver', name: 'Leaver' });
    for (const { _id } of connections)
      await world.stores.connections.change(_id, () => ({ company: 'leaver' }));
    const options = { by: tester, keepData: false, at: new Date() };
    const { number } = await world.stores.companies.beginDeletion('leaver', options);
    const request = { companyId: 'leaver', number, by: tester, keepData: false };
    const port = world.sessions({ heartbeatMs: 1_000, quickMs: 3_000 });
    const dead = mortal.killAt({ ...points['between purge and receipt'], nth: 2 } as WritePoint);
    const asked = port.deleteCompany(request);
    await dead;
    const deadAgain = mortal.killAt({
      ...{ matches: ({ collection }) => collection === 'companyReceipts', nth: 1, when: 'after' },
    });
    mortal.start();
    await deadAgain;
    mortal.start('last');
    await asked;
    await world.client.workflow.getHandle(companyWorkflowId('leaver')).result();
    const receipt = await world.stores.receipts.ofCompany('leaver/1');
    assert.deepEqual(
      receipt?.connections.map((one) => one.receiptId),
      connections.map(({ _id }) => `${_id}/1`),
    );
    assert.ok((await world.stores.companies.get('leaver'))?.deletion?.endedAt);
  });
});
