import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { until } from '../support/until.ts';
import { startWorld, tester, type World } from '../support/world.ts';
import { hourly, nightly, setScheduled } from './scene.ts';

const every6h = { kind: 'INTERVAL', every: '6h' } as const;
const twoWays = { resources: [{ id: 'orders', enabled: true, configurations: [hourly, nightly] }] };

describe('ticks', { concurrency: 4 }, () => {
  let world: World;
  before(async () => {
    world = await startWorld();
  });
  after(() => world.stop());

  const sessionsOf = async (connectionId: string) =>
    (await world.stores.sessions.list({ connectionId, limit: 10 })).toReversed();

  it('Schedules are made, changed, paused and deleted as the store says, however often it is applied', async (t) => {
    const scene = await setScheduled(world, t, {
      schedule: every6h,
      timeZone: 'Europe/Berlin',
      resources: [
        { id: 'orders', enabled: true, configurations: [nightly] },
        { id: 'items', enabled: true },
      ],
    });
    assert.deepEqual(await scene.schedules(), ['global', 'orders.nightly']);
    assert.equal(await scene.apply(), 2);
    const cron = await scene.handle('orders.nightly').describe();
    assert.deepEqual(
      [cron.spec.timezone, cron.policies.overlap, cron.policies.catchupWindow, cron.state.paused],
      ['Europe/Berlin', 'ALLOW_ALL', 600_000, false],
    );
    const interval = (await scene.handle('global').describe()).spec.intervals?.[0];
    assert.equal(interval?.every, 6 * 3_600_000);
    assert.ok((interval?.offset ?? 0) > 0, 'not all connections start at the full hour');

    await scene.change({ timeZone: 'Asia/Tokyo', status: 'PAUSED' });
    await scene.handle('global').delete();
    await Promise.all([scene.apply(), scene.apply()]);
    for (const name of ['global', 'orders.nightly'])
      assert.equal((await scene.handle(name).describe()).state.paused, true, name);
    assert.equal((await scene.handle('orders.nightly').describe()).spec.timezone, 'Asia/Tokyo');

    await scene.change({ status: 'STARTED', resources: [{ id: 'items', enabled: true }] });
    await scene.apply();
    assert.deepEqual(await scene.schedules(), ['global']);
    const of = { connectionId: scene.id, generation: 1 };
    assert.deepEqual(await world.stores.schedules.of(of), [`refresh/${scene.id}/global`]);
    await scene.change({ ownCode: 26 });
    assert.equal(await scene.apply(), 0);
    assert.deepEqual([await scene.schedules(), await world.stores.schedules.of(of)], [[], []]);
  });

  it('start a session, or keep their scope for the next: one resource is never read twice at a time', async (t) => {
    const scene = await setScheduled(world, t, twoWays);
    scene.app.faults.hold = true;
    const first = await scene.tick('orders.hourly');
    assert.deepEqual(first, { decision: 'started', reason: null, sessionId: null });
    await until('a request', async () => (scene.app.waiting() > 0 ? { found: true } : { seen: 'none' }));
    for (const name of ['orders.nightly', 'orders.hourly', 'orders.nightly'])
      assert.deepEqual(await scene.tick(name), {
        ...{ decision: 'kept', reason: null, sessionId: `${scene.id}.1` },
      });
    assert.equal(scene.app.waiting(), 1);
    scene.app.release();
    await world.reaches(scene.id, 19, ({ number }) => number === 3);
    const sessions = await sessionsOf(scene.id);
    for (const [index, { openedAt }] of sessions.entries())
      assert.ok(openedAt >= (sessions[index - 1]?.closedAt ?? openedAt), 'one after the other');
    assert.deepEqual(
      sessions.map(({ scope, openedBy }) => [scope.configuration, scope.full ?? false, openedBy.id]),
      [
        ['orders.hourly', false, `refresh/${scene.id}/orders.hourly`],
        ['orders.nightly', true, `refresh/${scene.id}/orders.nightly`],
        ['orders.hourly', false, `refresh/${scene.id}/orders.hourly`],
      ],
    );
    const rows = await world.stores.statistics.many(sessions.map(({ _id }) => `${_id}/orders`));
    assert.deepEqual(
      rows.map(({ configuration, kind }) => [configuration, kind]),
      [
        ['hourly', 'full'],
        ['nightly', 'full'],
        ['hourly', 'changes'],
      ],
    );
  });

  it('of a connection read what follows it, in full where that is wanted', async (t) => {
    const off = { ...hourly, enabled: false };
    const full = { ...nightly, id: 'all', schedule: { kind: 'GLOBAL' as const } };
    const scene = await setScheduled(
      world,
      t,
      {
        schedule: every6h,
        resources: [
          { id: 'orders', enabled: true },
          { id: 'items', enabled: true, configurations: [off] },
          { id: 'customers', enabled: true, configurations: [full] },
        ],
      },
      { resources: ['orders', 'items', 'customers'] },
    );
    assert.equal((await scene.tick('global')).decision, 'started');
    await world.reaches(scene.id, 19, ({ number }) => number === 2);
    await world.closes(scene.id);
    await scene.load();
    await world.reaches(scene.id, 19, ({ number }) => number === 3);
    assert.deepEqual(
      (await sessionsOf(scene.id)).map(({ resources, scope }) => [resources, scope.full ?? false]),
      [
        [['orders'], false],
        [['customers'], true],
        // A person's call reads everything that is enabled.
        [['orders', 'items', 'customers'], false],
      ],
    );
  });

  it('retry what stands in an error, go on with what closed in one, and leave 20 to a person', async (t) => {
    const scene = await setScheduled(world, t, twoWays, { durations: { linkValidMs: 100 } });
    scene.app.faults.fail = { count: 1, status: 400 };
    await scene.load();
    await world.reaches(scene.id, 11);
    assert.deepEqual(await scene.tick('orders.hourly'), {
      ...{ decision: 'retried', reason: null, sessionId: `${scene.id}.1` },
    });
    await world.closes(scene.id);

    scene.app.faults.fail = { count: 1, status: 400 };
    const short = world.sessions({ decisionWindowMs: 100 });
    await short.startSession(scene.connection, { kind: 'load', by: tester });
    assert.equal((await world.closes(scene.id)).closedBy, 'window');
    assert.deepEqual(await scene.tick('orders.hourly'), {
      ...{ decision: 'continued', reason: null, sessionId: `${scene.id}.2` },
    });
    await world.reaches(scene.id, 19, ({ number }) => number === 2);
    await world.closes(scene.id);

    await scene.authorize();
    await world.reaches(scene.id, 20);
    assert.deepEqual(await scene.tick('orders.hourly'), {
      ...{ decision: 'skipped', reason: 'NEEDS_PERSON', sessionId: `${scene.id}.3` },
    });
  });

  it('are skipped with the reason where no session may start, and one that nobody wants any more ends', async (t) => {
    const scene = await setScheduled(world, t, twoWays);
    await scene.change({ status: 'ERROR' });
    assert.equal((await scene.tick('orders.hourly')).reason, 'CONNECTION_NOT_STARTED');
    await scene.change({ status: 'STARTED', authorized: false });
    assert.equal((await scene.tick('orders.hourly')).reason, 'NOT_AUTHORIZED');
    const skipped = await world.stores.skippedStarts.list({ connectionId: scene.id, limit: 5 });
    assert.deepEqual(skipped.map(({ reason }) => reason).sort(), [
      'CONNECTION_NOT_STARTED',
      'NOT_AUTHORIZED',
    ]);
    assert.ok(skipped.every(({ by }) => by.id === `refresh/${scene.id}/orders.hourly`));

    const resources = [{ id: 'orders', enabled: true, configurations: [nightly] }];
    await scene.change({ authorized: true, resources });
    assert.equal((await scene.tick('orders.hourly')).reason, 'NOTHING_TO_DO');
    assert.deepEqual(await scene.schedules(), ['orders.nightly']);
    assert.deepEqual(await sessionsOf(scene.id), []);
  });

  it('that wait for a resource which is disabled meanwhile start nothing', async (t) => {
    const scene = await setScheduled(
      world,
      t,
      { resources: [...twoWays.resources, { id: 'items', enabled: true }] },
      { resources: ['orders', 'items'] },
    );
    scene.app.faults.hold = true;
    await scene.load();
    await until('requests', async () => (scene.app.waiting() > 1 ? { found: true } : { seen: 'none' }));
    assert.equal((await scene.tick('orders.hourly')).decision, 'kept');
    await scene.change({
      resources: [
        { id: 'orders', enabled: false },
        { id: 'items', enabled: true },
      ],
    });
    scene.app.release();
    await world.closes(scene.id);
    assert.equal(((await scene.outcome()) as { reason: string }).reason, 'NOTHING_TO_DO');
    assert.equal((await world.latest(scene.id)).number, 1);
  });
});
