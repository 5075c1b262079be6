import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { sessionWorkflowId } from '../../domain/contracts.ts';
import { type Lifecycles, startLifecycles } from '../lifecycle/scene.ts';
import { pagedRows } from '../support/paged-app.ts';
import { until } from '../support/until.ts';
import { startWorld, type World } from '../support/world.ts';
import { type ScheduledScene, setScheduled } from './scene.ts';

const everyMinute = { schedule: { kind: 'INTERVAL', every: '1m' } } as const;

/** A shortened day: minutes are seconds, and so many of them pass. */
const minutes = 4;

describe('a day of a paused connection', () => {
  let world: World;
  let lifecycles: Lifecycles;
  before(async () => {
    world = await startWorld();
    lifecycles = await startLifecycles(world);
  });
  after(async () => {
    await lifecycles.stop();
    await world.stop();
  });

  /** Its minutes are seconds from now on; whether it is paused stays as it is. */
  const hurry = ({ handle }: ScheduledScene) =>
    handle('global').update(({ action, policies, state: { paused, note } }) => ({
      ...{ action, policies, spec: { intervals: [{ every: 1_000 }] } },
      state: { paused, ...(note === undefined ? {} : { note }) },
    }));
  const ticksOf = async ({ handle }: ScheduledScene) =>
    (await handle('global').describe()).info.numActionsTaken;

  /** What happened at the engine, in the store and at the app. */
  const traces = async (scene: ScheduledScene) => {
    const session = await world.client.workflow.getHandle(sessionWorkflowId(scene.id)).describe();
    const skipped = await world.stores.skippedStarts.list({ connectionId: scene.id, limit: 9 });
    return {
      ticks: await ticksOf(scene),
      run: session.runId,
      events: session.historyLength,
      asked: scene.app.asked.length,
      skipped: skipped.length,
      seq: (await world.stores.connections.get(scene.id))?.seq,
    };
  };

  it('adds no workflow, no activity and no call; then it goes on from its cursor', async (t) => {
    const still = await setScheduled(world, t, everyMinute);
    const beside = await setScheduled(world, t, everyMinute);
    await hurry(still);
    await world.reaches(still.id, 19);
    still.app.rows.orders?.push(...pagedRows(5, 100));
    still.app.faults.hold = true;
    await until('a request', async () => (still.app.waiting() > 0 ? { found: true } : { seen: 'none' }));
    await lifecycles.api.pause(still.id);
    assert.equal((await still.handle('global').describe()).state.paused, true);
    still.app.release();

    await Promise.all([hurry(still), hurry(beside)]);
    const before = await traces(still);
    const begun = new Date().toISOString();
    const besideBefore = await ticksOf(beside);
    await until('the day beside it', async () => {
      const passed = (await ticksOf(beside)) - besideBefore;
      return passed >= minutes ? { found: passed } : { seen: `${passed} minutes` };
    });
    assert.deepEqual(await traces(still), before);
    const startedSince = ({ id }: ScheduledScene) =>
      world.client.workflow.count(`ConnectionId = "${id}" AND StartTime > "${begun}"`);
    assert.ok((await startedSince(beside)).count > 0, 'workflows of a connection are found in this way');
    assert.equal((await startedSince(still)).count, 0);

    await lifecycles.api.resume(still.id);
    await until('the rows since the cursor', async () => {
      const count = await world.stores.records.of(still.id, 1, 'orders').count();
      return count === 25 ? { found: true } : { seen: `${count} records` };
    });
    assert.ok(still.app.asked.at(-1)?.since !== undefined, 'only what changed is asked for');
    assert.ok((await ticksOf(still)) <= before.ticks + 1, 'what was missed on purpose is not made up for');
  });
});
