import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { pino } from 'pino';
import type { ActivityPorts } from '../../activities/ports.ts';
import { countFailures } from '../../activities/session/failing.ts';
import { createAutoPause } from '../../client/auto-pause.ts';
import { connectionOf, stands } from '../lifecycle/scene.ts';
import { type PlanningApi, startPlanning } from '../plans/scene.ts';
import { loosenDefinition, malformed } from '../session/faults.ts';
import { setScene } from '../session/scene.ts';
import { startWorld, type World } from '../support/world.ts';

const dayMs = 86_400_000;

describe('a connection whose sessions keep failing', { concurrency: 2 }, () => {
  let world: World;
  let planning: PlanningApi;
  before(async () => {
    world = await startWorld();
    planning = await startPlanning(world);
  });
  after(async () => {
    await planning.stop();
    await world.stop();
  });

  /** A round as if so many days had passed. */
  const lookIn = (days: number) =>
    createAutoPause({
      stores: world.stores,
      sessions: world.sessions(),
      log: pino({ level: 'silent' }),
      now: () => new Date(Date.now() + days * dayMs),
    }).round();
  const eventsOf = async (id: string) => (await planning.api.listEvents(id)).events.map(({ type }) => type);

  it('counts each error once, whatever is repeated, until a session reaches 19', async (t) => {
    const scene = await setScene(world, t);
    scene.app.rows.orders?.splice(0, 20, ...malformed(20));
    await scene.load();
    const first = await world.reaches(scene.id, 14);
    await scene.call('retry');
    await world.reaches(scene.id, 14, ({ seq }) => seq > first.seq);
    const { failing } = await connectionOf(world, scene.id);
    assert.deepEqual([failing?.count, failing?.since], [2, first.since]);

    // An activity whose answer was lost is tried again, late.
    const timeline = await world.stores.sessions.timeline(first._id);
    const steps = timeline.slice(-1).map((step) => ({ ...step, at: step.at.toISOString() }));
    const ref = { sessionId: first._id, connectionId: scene.id, generation: 1 };
    for (const again of [steps, timeline.map((step) => ({ ...step, at: step.at.toISOString() }))])
      await countFailures({ stores: world.stores } as ActivityPorts, {
        ...ref,
        steps: again,
      });
    const canceled = steps.map((step) => ({ ...step, seq: step.seq + 1, event: 'cancel' as const }));
    await countFailures({ stores: world.stores } as ActivityPorts, { ...ref, steps: canceled });
    assert.deepEqual((await connectionOf(world, scene.id)).failing, failing, 'a person canceled');
    assert.deepEqual((await planning.api.getConnection(scene.id)).failing, {
      failures: 2,
      since: first.since.toISOString(),
    });

    loosenDefinition(world, scene);
    await scene.call('retry');
    await world.reaches(scene.id, 19);
    assert.equal((await planning.api.getConnection(scene.id)).failing, null);
  });

  it('is warned of, then paused once both bounds hold, says why, and starts with a new count', async (t) => {
    const { api } = planning;
    const scene = await setScene(world, t);
    const { id } = scene;
    await api.updateSettings(id, { autoPause: { failures: 2, days: 3 } });
    scene.app.rows.orders?.splice(0, 20, ...malformed(20));
    await scene.load();
    await world.reaches(id, 14);
    await lookIn(1);
    assert.deepEqual(await eventsOf(id), []);
    await lookIn(5);
    assert.deepEqual(await eventsOf(id), ['AutoPauseWarning'], 'long enough, but only one failure');
    const { seq } = await world.latest(id);
    await scene.call('retry');
    await world.reaches(id, 14, (session) => session.seq > seq);
    await lookIn(2);
    await lookIn(5.5);
    assert.equal((await connectionOf(world, id)).status, 'STARTED', 'the warning is not a day old');
    await Promise.all([lookIn(6.5), lookIn(6.5)]);
    await stands(world, id, 'PAUSED');

    const [suspended, ...earlier] = (await api.listEvents(id)).events.toReversed();
    assert.deepEqual([suspended?.type, ...earlier.map(({ type }) => type)].sort(), [
      'AutoPauseWarning',
      'Suspended',
    ]);
    const { autoPaused, status } = await api.getConnection(id);
    assert.deepEqual([status, autoPaused?.failures], ['PAUSED', 2]);
    assert.match(autoPaused?.whatToDo ?? '', new RegExp(`/api/connections/${id}/resume`));
    const [pause] = (await api.listProcedures(id)).procedures;
    assert.deepEqual([pause?.procedure, pause?.by], ['pause', { kind: 'system', id: 'auto-pause' }]);
    assert.match(pause?.note ?? '', /failed 2 times since/);
    assert.match((await api.why(`${id}.1`)).sentence, /paused by itself.*2 times.*resume/i);

    await api.resume(id);
    const started = await api.getConnection(id);
    assert.deepEqual([started.status, started.autoPaused, started.failing], ['STARTED', null, null]);
    await lookIn(20);
    assert.equal((await connectionOf(world, id)).status, 'STARTED');
  });

  it('is left alone where its settings say never', async (t) => {
    const { id } = await setScene(world, t);
    await planning.api.updateSettings(id, { autoPause: null });
    const failing = { count: 99, since: new Date(Date.now() - 90 * dayMs), session: 1, seq: 1 };
    await world.stores.connections.change(id, () => ({ failing }));
    await lookIn(0);
    await lookIn(9);
    assert.equal((await connectionOf(world, id)).status, 'STARTED');
    assert.deepEqual(await eventsOf(id), []);
  });
});
