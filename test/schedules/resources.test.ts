import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type Lifecycles, refusal, startLifecycles } from '../lifecycle/scene.ts';
import { pagedRows } from '../support/paged-app.ts';
import { startWorld, tester, type World } from '../support/world.ts';
import { setScheduled } from './scene.ts';

const every6h = { kind: 'INTERVAL', every: '6h' } as const;
const daily = { kind: 'CRON', cron: '0 3 * * *' } as const;

describe('resources of a connection', { concurrency: 3 }, () => {
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
  const resources = ['orders', 'items'];

  it('take several configurations, whose Schedules follow at once', async (t) => {
    const { api } = lifecycles;
    const scene = await setScheduled(world, t, { schedule: every6h }, { resources });
    const fresh = await api.listResources(scene.id);
    assert.deepEqual(
      fresh.resources[0]?.configurations.map(({ id, process, nextRuns }) => [id, process, nextRuns.length]),
      [['default', 'SCHEDULED', 3]],
    );
    await api.putConfiguration(scene.id, 'orders', 'daily', { strategy: 'SNAPSHOT', schedule: daily });
    await api.putConfiguration(scene.id, 'orders', 'hourly', {
      ...{ schedule: { kind: 'CRON', cron: '0 * * * *' }, note: 'the shop asks for it' },
    });
    await api.removeConfiguration(scene.id, 'orders', 'default');
    await scene.change({});
    assert.deepEqual(await scene.schedules(), ['global', 'orders.daily', 'orders.hourly']);

    assert.equal((await scene.tick('orders.daily')).decision, 'started');
    await world.reaches(scene.id, 19);
    const { resources: shown, schedule } = await api.listResources(scene.id);
    assert.deepEqual(schedule, every6h);
    const [orders, items] = shown;
    assert.deepEqual(
      orders?.configurations.map(({ id, lastRun }) => [id, lastRun?.status ?? null]),
      [
        ['daily', 'COMPLETED'],
        ['hourly', null],
      ],
    );
    assert.equal(orders?.lastRun?.configuration, 'daily');
    const [overlap, ...more] = orders?.overlaps ?? [];
    assert.deepEqual([overlap?.configurations, more.length], [['daily', 'hourly'], 0]);
    assert.match(overlap?.at ?? '', /T03:00:00.000Z$/);
    assert.deepEqual([items?.lastRun, items?.overlaps], [null, []]);
    await scene.port.disconnect(scene.connection, { by: tester, keepData: false });
    assert.deepEqual(await scene.schedules(), []);
  });

  it('are disabled and enabled again, and go on from their cursor', async (t) => {
    const { api } = lifecycles;
    const scene = await setScheduled(world, t, { schedule: every6h }, { resources });
    await scene.load();
    await world.closes(scene.id);
    await api.updateResource(scene.id, 'orders', { enabled: false });
    const [off] = (await api.listResources(scene.id)).resources;
    assert.deepEqual([off?.configurations[0]?.process, off?.nextRuns], ['FINISHED', []]);
    scene.app.rows.orders?.push(...pagedRows(3, 50));
    await scene.load();
    await world.closes(scene.id);
    assert.deepEqual((await world.latest(scene.id)).resources, ['items']);
    await api.updateResource(scene.id, 'orders', { enabled: true });
    assert.equal((await scene.tick('global')).decision, 'started');
    await world.reaches(scene.id, 19, ({ number }) => number === 3);
    const [row] = await world.stores.statistics.many([`${scene.id}.3/orders`]);
    assert.deepEqual([row?.kind, row?.configuration], ['changes', 'global']);
    assert.equal(await world.stores.records.of(scene.id, 1, 'orders').count(), 23);
  });

  it('that the app no longer has end NOT_FOUND, and the others go on', async (t) => {
    const scene = await setScheduled(world, t, {}, { resources });
    delete scene.app.rows.items;
    await scene.load();
    await world.reaches(scene.id, 19);
    const rows = await world.stores.statistics.many(resources.map((id) => `${scene.id}.1/${id}`));
    assert.deepEqual(
      rows.map(({ resource, status, configuration }) => [resource, status, configuration]),
      [
        ['orders', 'COMPLETED', null],
        ['items', 'NOT_FOUND', null],
      ],
    );
  });

  it('what cannot be is refused, and nothing is changed', async (t) => {
    const { api } = lifecycles;
    const scene = await setScheduled(world, t, { schedule: every6h });
    const { seq } = (await world.stores.connections.get(scene.id)) ?? {};
    const put = (schedule: object, id = 'mine', resource = 'orders') =>
      api.putConfiguration(scene.id, resource, id, { schedule: schedule as typeof daily });
    for (const [schedule, why] of [
      [{ kind: 'INTERVAL', every: '0d' }, /no time at all/],
      [{ kind: 'CRON', cron: '0 3 1 * MON' }, /day of month and day of week/],
      [{ kind: 'CRON', cron: '@daily' }, /five fields/],
      [{ kind: 'CRON' }, /schedule\.cron/],
      [{ kind: 'MANUAL' }, /schedule/],
    ] as const)
      await assert.rejects(put(schedule), (error: Error) => {
        assert.ok(refusal('INVALID_INPUT')(error));
        assert.match(error.message, why);
        return true;
      });
    const invalid = refusal('PROCEDURE_INVALID', 'INVALID_INPUT');
    await assert.rejects(put(daily, 'global'), invalid);
    await assert.rejects(put(daily, 'mine', 'returns'), invalid);
    await assert.rejects(api.removeConfiguration(scene.id, 'orders', 'weekly'), invalid);
    await assert.rejects(api.updateResource(scene.id, 'orders', { enabled: false }), (error: Error) => {
      assert.match(error.message, /last resource.*Pause the connection instead/);
      return invalid(error);
    });
    await assert.rejects(api.updateResource(scene.id, 'orders', {}), refusal('INVALID_INPUT'));
    const unknown = { fields: { drop: ['nothing'] } };
    await assert.rejects(api.updateResource(scene.id, 'orders', unknown), refusal('INVALID_INPUT'));
    for (const timeZone of ['Europe/Atlantis', '+02:00'])
      await assert.rejects(api.updateSettings(scene.id, { timeZone }), refusal('INVALID_INPUT'));
    const now = await world.stores.connections.get(scene.id);
    assert.deepEqual([now?.seq, now?.fence ?? 0], [seq, 0]);
    await scene.change({ status: 'ERROR' });
    await assert.rejects(put(daily), refusal('PROCEDURE_REFUSED', 'INVALID_CONNECTOR_STATUS'));
  });
});
