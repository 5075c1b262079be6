import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { sessionWorkflowId } from '../../domain/contracts.ts';
import { pagedRows } from '../support/paged-app.ts';
import { until } from '../support/until.ts';
import { startWorld, tester, type World } from '../support/world.ts';
import { setScene } from './scene.ts';

describe('runs of the session workflow', { concurrency: 3 }, () => {
  let world: World;
  before(async () => {
    world = await startWorld({ batchRows: 10 });
  });
  after(() => world.stop());

  it('a new run takes over after twenty retries, and the session is the same', async (t) => {
    const scene = await setScene(world, t);
    scene.app.faults.fail = { count: 1_000, status: 400 };
    await scene.load();
    for (let n = 0; n < 20; n++) {
      const seq = 1 + 2 * n;
      await world.reaches(scene.id, 11, (session) => session.seq > seq);
      if (n === 19) scene.app.faults.fail = undefined;
      assert.equal(await scene.call('retry'), 2);
    }
    const synced = await world.reaches(scene.id, 19);
    assert.equal(synced.number, 1);
    assert.equal(synced.runIds.length, 2);
  });

  it('a cancel in the Temporal Web UI stops the work and closes the session', async (t) => {
    const scene = await setScene(world, t);
    scene.app.faults.hold = true;
    await scene.load();
    await until('a request', async () => (scene.app.waiting() > 0 ? { found: true } : { seen: 'none' }));
    await world.client.workflow.getHandle(sessionWorkflowId(scene.id)).cancel();
    const closed = await world.closes(scene.id);
    assert.equal(closed.status, 11);
    assert.equal(closed.closedBy, 'canceled');
    const timeline = await world.stores.sessions.timeline(closed._id);
    assert.deepEqual(timeline.at(-1)?.by, { kind: 'person', id: 'temporal' });
  });

  it('a run that was terminated is continued where it stood', async (t) => {
    const scene = await setScene(world, t, { rows: { orders: pagedRows(40) }, pageSize: 10 });
    scene.app.onPage = ({ count }) => {
      if (count === 3) scene.app.faults.hold = true;
    };
    await scene.load();
    await until('a request', async () => (scene.app.waiting() > 0 ? { found: true } : { seen: 'none' }));
    await world.client.workflow.getHandle(sessionWorkflowId(scene.id)).terminate('test');
    scene.app.release();
    await scene.load();
    const synced = await world.reaches(scene.id, 19);
    assert.equal(synced.number, 1);
    assert.equal(await world.stores.records.of(scene.id, 1, 'orders').count(), 40);
    const offsets = scene.app.asked.map(({ offset }) => offset);
    assert.equal(offsets.filter((offset) => offset === 0).length, 1, 'what is stored is not read again');
  });

  it('a tick that meets a working session keeps its scope and runs it next', async (t) => {
    const scene = await setScene(world, t, { resources: ['orders', 'customers'] });
    scene.app.faults.hold = true;
    await scene.load();
    const first = await world.reaches(scene.id, 2);
    const scope = { configuration: 'hourly', resources: ['customers'] };
    await world.client.workflow.getHandle(sessionWorkflowId(scene.id)).signal('tick', { by: tester, scope });
    scene.app.release();
    const next = await world.reaches(scene.id, 19, (session) => session.number === first.number + 1);
    assert.deepEqual(next.resources, ['customers']);
  });

  it('refreshes: nothing new is inserted, and what changed is updated', async (t) => {
    const scene = await setScene(world, t, { incremental: false });
    await scene.load();
    await world.closes(scene.id);
    const digest = await world.stores.records.of(scene.id, 1, 'orders').digest();
    await scene.load();
    const second = await world.reaches(scene.id, 19, (session) => session.number === 2);
    const [unchanged] = await world.stores.structuring.many(second._id, ['orders']);
    assert.equal(unchanged?.ledger.unchanged, 20);
    assert.equal(unchanged?.ledger.inserted, 0);
    assert.equal(await world.stores.records.of(scene.id, 1, 'orders').digest(), digest);

    await world.closes(scene.id);
    const newer = { ...pagedRows(1)[0], amount: 999, updated_at: '2025-01-01T00:00:00Z' };
    scene.app.rows.orders?.push(newer);
    await scene.load();
    const third = await world.reaches(scene.id, 19, (session) => session.number === 3);
    const [changed] = await world.stores.structuring.many(third._id, ['orders']);
    assert.equal(changed?.ledger.updated, 1);
    assert.equal(changed?.ledger.unchanged, 20);
    const record = await world.stores.records.of(scene.id, 1, 'orders').get('r1');
    assert.equal(record?.data.amount, 999);
    assert.equal(record?.versions.length, 1);
  });
});
