import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { pagedCredentials, pagedDefinition, pagedRows, startPagedApp } from '../support/paged-app.ts';
import { startWorld, tester, type World } from '../support/world.ts';

describe('a session without faults', () => {
  let world: World;
  before(async () => {
    world = await startWorld();
  });
  after(() => world.stop());

  it('goes from authorization to Synced and accounts for every row', async () => {
    const app = await startPagedApp({ resources: { orders: pagedRows(250) } });
    const connection = await world.configuring({ definition: pagedDefinition(), baseUrl: app.url });
    await world.sessions().startSession(connection, { kind: 'authorize', by: tester });
    await world.reaches(connection._id, 6);
    await world.deliver(connection, { kind: 'credentials', payload: pagedCredentials.bearer });
    const session = await world.reaches(connection._id, 19);

    assert.deepEqual(await world.path(session._id), [6, 9, 2, 12, 13, 15, 16, 18, 19]);
    const [run] = await world.stores.structuring.many(session._id, ['orders']);
    assert.equal(run?.ledger.read, 250);
    assert.equal(run?.ledger.inserted, 250);
    assert.equal(run?.ledger.recordsAfter, 250);
    assert.equal(await world.stores.records.of(connection._id, 1, 'orders').count(), 250);
    await world.closes(connection._id);
    await app.stop();
  });
});
