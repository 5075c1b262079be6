import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { sessionWorkflowId } from '../../domain/contracts.ts';
import { pagedCredentials } from '../support/paged-app.ts';
import { startWorld, tester, type World } from '../support/world.ts';
import { failProcessing } from './faults.ts';
import { setScene } from './scene.ts';

describe('calls that cannot be done', { concurrency: 2 }, () => {
  let world: World;
  before(async () => {
    world = await startWorld();
  });
  after(() => world.stop());

  it('proceed is refused while no resource is enabled, and the session waits on', async (t) => {
    const scene = await setScene(world, t, { configuring: true, unattended: false });
    await scene.authorize();
    await world.deliver(scene.connection, { kind: 'credentials', payload: pagedCredentials.bearer });
    await world.reaches(scene.id, 9);
    const enable = (enabled: boolean) =>
      world.stores.connections.change(scene.id, (now) => ({
        resources: now.resources.map((resource) => ({ ...resource, enabled })),
      }));
    await enable(false);
    await assert.rejects(scene.call('proceed'), { code: 'ILLEGAL_MOVE' });
    const handle = world.client.workflow.getHandle(sessionWorkflowId(scene.id));
    const events = (await handle.fetchHistory()).events?.length ?? 0;
    assert.ok(events < 80, `${events} events`);
    await enable(true);
    assert.equal(await scene.call('proceed'), 2);
  });

  it('a session that is continued while its connection is paused says that it is held', async (t) => {
    const scene = await setScene(world, t);
    scene.app.faults.fail = { count: 1, status: 400 };
    await scene.load();
    const cut = await world.reaches(scene.id, 11);
    await world.client.workflow.getHandle(sessionWorkflowId(scene.id)).terminate('a test');
    await world.stores.connections.change(scene.id, () => ({ status: 'PAUSED' }));
    await scene.port.startSession(scene.connection, { kind: 'resume', by: tester, sessionId: cut._id });
    await world.reaches(scene.id, 2, ({ held }) => held === 'CONNECTION_PAUSED');
    await world.stores.connections.change(scene.id, () => ({ status: 'STARTED' }));
    await scene.port.release(scene.id);
    assert.equal((await world.reaches(scene.id, 19)).held, null);
  });

  it('the end of a wait moves on by the time that it was held', async (t) => {
    const scene = await setScene(world, t);
    scene.app.faults.fail = { count: 1, status: 400 };
    await scene.load();
    const before = await world.reaches(scene.id, 11, ({ until }) => until !== null);
    await scene.port.hold(scene.id);
    await world.reaches(scene.id, 11, ({ held, until }) => held !== null && until === null);
    await scene.port.release(scene.id);
    const after = await world.reaches(scene.id, 11, ({ held, until }) => held === null && until !== null);
    assert.ok(Number(after.until) > Number(before.until));
  });

  it('a hold and a release that come while the other is written both reach the store', async (t) => {
    const scene = await setScene(world, t);
    scene.app.faults.fail = { count: 1, status: 400 };
    await scene.load();
    await world.reaches(scene.id, 11);
    for (let n = 0; n < 5; n++) {
      await scene.port.hold(scene.id);
      await world.reaches(scene.id, 11, ({ held }) => held !== null);
      await scene.port.release(scene.id);
      await world.reaches(scene.id, 11, ({ held }) => held === null);
    }
  });

  it('a substage that was canceled before any failed can be skipped', async (t) => {
    const other = await startWorld();
    t.after(() => other.stop());
    const scene = await setScene(other, t, { durations: { decisionWindowMs: 3_000 } });
    const mend = await failProcessing(other, scene);
    const closed = await other.closes(scene.id);
    assert.equal(closed.status, 17);
    await mend();
    await other.stopPool();
    assert.equal(await scene.call('retry'), 16);
    assert.equal(await scene.call('cancel'), 17);
    await other.startPool();
    assert.equal(await scene.call('skip'), 16);
    await other.reaches(scene.id, 19);
  });
});
