import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { TributaryError } from '../../domain/errors.ts';
import { connectionOf } from '../lifecycle/scene.ts';
import { malformed } from '../session/faults.ts';
import { setScene } from '../session/scene.ts';
import { pagedRows } from '../support/paged-app.ts';
import { startWorld, type World } from '../support/world.ts';
import { type PlanningApi, startPlanning } from './scene.ts';

describe('settings of a connection', { concurrency: 2 }, () => {
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

  it('are all shown, kept as they were given, and the others stay', async (t) => {
    const { api } = planning;
    const { id } = await setScene(world, t);
    const before = await api.getConnection(id);
    assert.deepEqual(
      [before.schedule, before.retentionDays, before.autoPause],
      [{ kind: 'MANUAL' }, 30, { failures: 10, days: 7 }],
    );
    const given = {
      schedule: { kind: 'INTERVAL', every: '6h' },
      retentionDays: 60,
      substagesOff: ['forecasting'],
      thresholds: { quarantineShare: 0.5 },
      autoPause: null,
      checks: { orders: { volume: { severity: 'block', atLeast: 1 } }, '*': { drift: { severity: 'off' } } },
    } as const;
    await api.updateSettings(id, { ...given, substagesOff: [...given.substagesOff] });
    const after = await api.getConnection(id);
    const { schedule, retentionDays, substagesOff, thresholds, autoPause, checks } = after;
    assert.deepEqual({ schedule, retentionDays, substagesOff, thresholds, autoPause, checks }, given);
    assert.equal(after.driftPolicy, before.driftPolicy);
  });

  it('that make no sense are refused with their path, and nothing is written', async (t) => {
    const { api } = planning;
    const { id } = await setScene(world, t);
    const before = await connectionOf(world, id);
    for (const [given, path, message] of [
      [{ retentionDays: 0 }, 'body.retentionDays', /1 day or more/],
      [{ substagesOff: ['astrology'] }, 'body.substagesOff.0', /./],
      [{ substagesOff: ['insights', 'insights'] }, 'body.substagesOff', /twice/],
      [{ thresholds: { quarantineShare: 1.5 } }, 'body.thresholds.quarantineShare', /from 0 to 1/],
      [{ thresholds: { quarantineFloorRows: -1 } }, 'body.thresholds.quarantineFloorRows', /0 or more/],
      [{ timeZone: 'Mars/Olympus' }, 'body.timeZone', /IANA/],
      [{ schedule: { kind: 'INTERVAL', every: '0d' } }, 'body.schedule.every', /no time at all/],
      [{ schedule: { kind: 'CRON', cron: '61 * * * *' } }, 'body.schedule.cron', /minute/],
      [{ schedule: { kind: 'CRON', cron: 'often' } }, 'body.schedule.cron', /five fields/],
      [{ schedule: { kind: 'HOURLY' } }, 'body.schedule.kind', /./],
      [{ autoPause: { failures: 0, days: 1 } }, 'body.autoPause.failures', /1 or more/],
      [
        { checks: { orders: { mood: { severity: 'warn' } } } },
        'body.checks.orders.mood',
        /is no check; there are freshness,/,
      ],
      [{ checks: { 'No!': {} } }, 'body.checks.No!', /must be a resource, or \*/],
      [{ checks: { orders: { drift: { severity: 'stop' } } } }, 'body.checks.orders.drift.severity', /./],
      [
        { checks: { orders: { volume: { severity: 'warn', atLeast: 9, atMost: 5 } } } },
        'body.checks.orders.volume',
        /atLeast \(9\) is more than atMost \(5\)/,
      ],
      [
        { checks: { '*': { nullRates: { severity: 'warn', atMost: 5 } } } },
        'body.checks.*.nullRates',
        /from 0 to 1 \(share\)/,
      ],
      [{ planToken: 'only' }, 'body', /names no setting/],
    ] as const)
      await assert.rejects(api.updateSettings(id, given as object), ({ code, details }: TributaryError) => {
        const faults = (details.faults ?? []) as { path: string; message: string }[];
        assert.equal(code, 'INVALID_INPUT');
        assert.equal(faults[0]?.path, path);
        assert.match(faults[0]?.message ?? '', message);
        return true;
      });
    assert.deepEqual(await connectionOf(world, id), before);
  });

  it('count: the threshold of the connection, and substages that are switched off', async (t) => {
    const rows = [...pagedRows(8), ...malformed(12).slice(8)];
    const scene = await setScene(world, t, { rows: { orders: rows } });
    await scene.load();
    assert.equal((await world.reaches(scene.id, 14)).reason, 'QUARANTINE_THRESHOLD');
    await planning.api.updateSettings(scene.id, {
      thresholds: { quarantineShare: 0.5 },
      substagesOff: ['monitoring'],
    });
    await scene.call('retry');
    const { substages } = await world.reaches(scene.id, 19);
    assert.deepEqual(
      [substages.monitoring?.status, substages.monitoring?.reason, substages.insights?.reason],
      ['skipped', 'SWITCHED_OFF', 'NO_METRICS'],
    );
  });
});
