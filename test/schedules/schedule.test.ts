import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { specOf } from '../../activities/schedules/engine.ts';
import { nextRunsOf } from '../../client/next-runs.ts';
import { cronFault, intervalFault, type Recurrence } from '../../domain/schedule.ts';
import { type ScheduledConnection, schedulesOf } from '../../domain/ticks.ts';
import { startWorld, type World } from '../support/world.ts';
import { hourly, nightly } from './scene.ts';

const connection: ScheduledConnection = {
  _id: 'shop-acme',
  status: 'STARTED',
  configurationStatus: 'FINALIZED',
  ownCode: null,
  timeZone: 'Europe/Berlin',
  schedule: { kind: 'INTERVAL', every: '6h' },
  resources: [
    { id: 'orders', enabled: true, configurations: [hourly, nightly] },
    { id: 'items', enabled: true },
    { id: 'returns', enabled: false, configurations: [hourly] },
  ],
};

describe('schedules as data', () => {
  it('intervals are refused in plain words', () => {
    for (const every of ['1m', '90m', '6h', '366d']) assert.equal(intervalFault(every), null, every);
    assert.match(intervalFault('0d') ?? '', /no time at all.*1m.*MANUAL/);
    assert.match(intervalFault('367d') ?? '', /longer than 366d/);
    for (const every of ['', '1', '1s', '-1h', '1.5h', '01h', ' 1h', '1h1m'])
      assert.match(intervalFault(every) ?? '', /such as 15m/, every);
  });

  it('so are cron expressions, and what cron and the engine mean in different ways', () => {
    for (const cron of [
      '* * * * *',
      '*/5 8-18 * * MON-FRI',
      '0 0 29 2 *',
      '0,30 6 1,15 JAN,jul *',
      '7 3 * * 0',
    ])
      assert.equal(cronFault(cron), null, cron);
    for (const [cron, why] of [
      ['@daily', /five fields/],
      ['0 0 6 * * *', /seconds/],
      ['0 6 * *', /five fields/],
      ['0 6 1 * 1', /either.*both/],
      ['0 6 */2 * MON', /either.*both/],
      ['60 * * * *', /minute.*59/],
      ['0 6 * * 7', /0 is Sunday/],
      ['0 6 * * L', /day of week/],
      ['5/15 * * * *', /5-59\/15/],
      ['*/0 * * * *', /step/],
      ['0 18-8 * * *', /backwards/],
      ['0 0 30 2 *', /never runs/],
      ['0 0 31 4,6 *', /never runs/],
    ] as const)
      assert.match(cronFault(cron) ?? '', why, cron);
  });

  it('a connection has one for all that follow it, and one for each configuration of its own', () => {
    const [global, ...own] = schedulesOf(connection);
    assert.deepEqual(global?.scopes, [{ configuration: 'global', resources: ['items'] }]);
    assert.deepEqual(
      own.map(({ scheduleId, recurrence, scopes }) => [scheduleId, recurrence, scopes]),
      [
        [
          'refresh/shop-acme/orders.hourly',
          hourly.schedule,
          [{ configuration: 'orders.hourly', resources: ['orders'] }],
        ],
        [
          'refresh/shop-acme/orders.nightly',
          nightly.schedule,
          [{ configuration: 'orders.nightly', resources: ['orders'], full: true }],
        ],
      ],
    );
    const others = schedulesOf({ ...connection, _id: 'shop-other' });
    assert.notEqual(others[0]?.phaseMs, global?.phaseMs);
    const manual = { ...connection, schedule: { kind: 'MANUAL' as const } };
    assert.equal(schedulesOf(manual).length, 2);
  });

  it('they are paused while it stands still, and there are none before and after its life', () => {
    for (const status of ['PAUSING', 'PAUSED', 'ERROR'] as const)
      assert.ok(
        schedulesOf({ ...connection, status }).every(({ paused }) => paused),
        status,
      );
    for (const gone of [
      { status: 'CONFIGURING', configurationStatus: 'CONNECTED' },
      { status: 'DISCONNECTED' },
      { ownCode: 26 },
    ] as const)
      assert.deepEqual(schedulesOf({ ...connection, ...gone }), []);
  });
});

describe('the next times', () => {
  let world: World;
  before(async () => {
    world = await startWorld();
  });
  after(() => world.stop());

  for (const [name, recurrence, startAt] of [
    ['spring', { kind: 'CRON', cron: '30 2 * * *' }, '2027-03-26T12:00:00Z'],
    ['names and lists', { kind: 'CRON', cron: '0,45 6-8/2 * JAN,MAR MON-FRI' }, '2027-01-01T00:00:00Z'],
    ['an interval', { kind: 'INTERVAL', every: '7h' }, '2027-01-01T00:00:00Z'],
  ] as const satisfies readonly (readonly [string, Recurrence, string])[])
    it(`are those that the engine has: ${name}`, async (t) => {
      const change = { ...connection, resources: [{ id: 'items', enabled: true }], schedule: recurrence };
      const [desired] = schedulesOf(change);
      assert.ok(desired);
      const from = new Date(startAt);
      const spec = { ...specOf({ ...desired, jitterMs: 0 }), startAt: from };
      const schedule = await world.client.schedule.create({
        scheduleId: `next-${world.taskQueue}-${name}`,
        spec,
        state: { paused: true },
        action: { type: 'startWorkflow', workflowType: 'tick', taskQueue: world.taskQueue },
      });
      t.after(() => schedule.delete());
      const { nextActionTimes } = (await schedule.describe()).info;
      assert.ok(nextActionTimes.length > 4);
      assert.deepEqual(nextRunsOf(desired, nextActionTimes.length, from), nextActionTimes);
    });
});
