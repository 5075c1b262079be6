import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { sessionWorkflowId } from '../../domain/contracts.ts';
import { until } from '../support/until.ts';
import { startWorld, type World } from '../support/world.ts';
import { join } from './scene.ts';

/** The engine's own fairness: what waits in a task queue is served by company in turn. */
let world: World;
before(async () => {
  world = await startWorld({}, [], { heavyAtOnce: 1 });
});
after(() => world.stop());

it('a company with one session does not wait for all the sessions of another that were there before', async (t) => {
  await world.stopPool();
  const members = [];
  for (let n = 0; n < 5; n++) members.push(await join(world, t, { company: 'acme', hold: false }));
  for (const member of members) {
    await member.start();
    await world.reaches(member.id, 2);
  }
  const small = await join(world, t, { company: 'bolt', hold: false });
  await small.start();
  const handle = world.client.workflow.getHandle(sessionWorkflowId(small.id));
  await until('its loading queued', async () => {
    const { pendingActivities } = (await handle.describe()).raw;
    const types = (pendingActivities ?? []).map(({ activityType }) => activityType?.name);
    return types.includes('loadResource') ? { found: types } : { seen: types.join() };
  });
  await world.startPool();
  await small.isAsked();
  const before = members.filter(({ app }) => app.asked.length > 0).length;
  assert.ok(before <= 1, `${before} of 5 sessions went before it`);
});
