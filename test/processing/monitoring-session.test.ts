import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type PlanningApi, startPlanning } from '../plans/scene.ts';
import { setScene } from '../session/scene.ts';
import { startWorld, type World } from '../support/world.ts';

describe('monitoring of sessions', () => {
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

  it('a check that blocks ends in 17; a changed setting and a retry, or a skip, go on', async (t) => {
    const { api } = planning;
    const scene = await setScene(world, t, { incremental: false });
    const atLeast = (rows: number) => ({
      checks: { orders: { volume: { severity: 'block' as const, atLeast: rows } } },
    });
    await assert.rejects(
      api.updateSettings(scene.id, { checks: { nothing: { drift: { severity: 'off' } } } }),
      /body\.checks\.nothing: is no resource of the connection; it has orders, and \* is all of them/,
    );
    await api.updateSettings(scene.id, atLeast(50));
    await scene.load();
    const blocked = await world.reaches(scene.id, 17);
    assert.equal(blocked.reason, 'CHECK_FAILED');
    assert.equal(
      blocked.detail,
      'monitoring: volume of orders: 20 rows were read. Outside of the limit that was set: at least 50 rows.',
    );
    assert.equal(blocked.substages.monitoring?.status, 'failed');
    assert.match((await api.why(blocked._id)).sentence, /a check that is set to block failed/);
    const found = (await api.checks(blocked._id)).checks;
    assert.deepEqual(
      found.map(({ check }) => check),
      ['freshness', 'volume', 'completeness', 'nullRates', 'duplicates', 'drift'],
    );
    const { severity, value, low, unit, blocks } = found[1] ?? {};
    assert.deepEqual([severity, value, low, unit, blocks], ['fail', 20, 50, 'rows', true]);

    await api.updateSettings(scene.id, atLeast(5));
    await scene.call('retry');
    const synced = await world.reaches(scene.id, 19);
    assert.deepEqual(
      [synced.substages.monitoring?.status, synced.substages.monitoring?.counts?.passed],
      ['done', 6],
    );
    assert.equal((await api.checks(blocked._id)).checks[1]?.severity, 'pass');
    await world.closes(scene.id);

    await api.updateSettings(scene.id, atLeast(50));
    await scene.load();
    await world.reaches(scene.id, 17, ({ number }) => number === 2);
    await scene.call('skip', 'stocktaking');
    const skipped = (await world.reaches(scene.id, 19)).substages.monitoring;
    assert.deepEqual([skipped?.status, skipped?.reason], ['skipped', 'SKIPPED_BY tester: stocktaking']);

    const { checks } = await api.connectionChecks(scene.id, { resource: 'orders' });
    assert.deepEqual([checks.length, checks[0]?.check, checks[0]?.latest.severity], [6, 'volume', 'fail']);
    assert.deepEqual(
      checks[0]?.history.map(({ sessionId, severity: was }) => [sessionId, was]),
      [
        [`${scene.id}.2`, 'fail'],
        [`${scene.id}.1`, 'pass'],
      ],
    );
  });
});
