import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { pino } from 'pino';
import type { AutomationBody } from '../../client/api/schemas/automations.ts';
import { createOverviewHeartbeat } from '../../client/overview-heartbeat.ts';
import { workflowTypes } from '../../domain/contracts.ts';
import { nextDueTimes } from '../../domain/due-times.ts';
import type { AutomationTick } from '../../domain/ticks.ts';
import { type SyncApi, startSyncApi } from '../client/sync-scene.ts';
import { setScene } from '../session/scene.ts';
import { orders, syncScene } from '../support/sync-scene.ts';
import { until } from '../support/until.ts';
import { startWorld, type World } from '../support/world.ts';
import { type AutomationScene, automationScene, dayMs, lastQuiet, quietPeriod, quietTime } from './scene.ts';

describe('automations', () => {
  let world: World;
  let scene: AutomationScene;
  let api: SyncApi;
  before(async () => {
    world = await startWorld();
    scene = automationScene(world);
    api = await startSyncApi(world);
  });
  after(async () => {
    await removeAll();
    await api?.stop();
    await world?.stop();
  });

  /** Nothing of them is left at the engine, which other tests use too. */
  async function removeAll(): Promise<void> {
    for (const { _id } of (await world?.stores.automations.list()) ?? []) {
      await world.stores.automations.remove(_id);
      await scene
        .handle(_id)
        .delete()
        .catch(() => undefined);
    }
  }
  const own = (id: string) => `${id}-${world.taskQueue}`;
  const body = (id: string, change: Partial<AutomationBody> = {}): AutomationBody => ({
    ...{ id: own(id), name: id, task: { kind: 'retention' }, run: 'Daily', time: '06:00' },
    ...change,
  });
  const logsOf = async (id: string) =>
    (await api.client.logs({ subject: `automation/${id}` })).logs.map(({ text, by }) => [by.id, text]);
  const start = (input: AutomationTick, slot: string) =>
    world.client.workflow.execute(workflowTypes.tick, {
      ...{ workflowId: `tick/test/${input.automationId}/${slot}`, taskQueue: world.taskQueue, args: [input] },
    });

  describe('side by side', { concurrency: 4 }, () => {
    it('the engine ticks at the times that are shown, by offsets from GMT and by zones', async () => {
      for (const [name, change] of Object.entries<Partial<AutomationBody>>({
        'gmt-7': { timezone: '-7', time: '20:15' },
        india: { timezone: '+05:30', time: '03:00', run: 'Weekly', weekday: 'Monday' },
        berlin: { timezone: 'europe/berlin', time: '02:30' },
        often: { run: 'Interval', time: '01:30' },
      })) {
        const { automation } = await api.client.createAutomation(body(name, change));
        const { spec, policies, info, state } = await scene.handle(automation.id).describe();
        const ticks = info.nextActionTimes.slice(0, 5).map((time) => time.toISOString());
        // The first may come due between two looks: the others stay.
        const [first = ''] = automation.nextRuns;
        const isOver = ticks[0] !== first && first <= new Date().toISOString();
        const shown = isOver ? automation.nextRuns.slice(1) : automation.nextRuns;
        assert.deepEqual(ticks.slice(0, shown.length), shown, `${name}: ${JSON.stringify(spec)}`);
        assert.equal(ticks.length, automation.nextRuns.length);
        assert.deepEqual(
          [policies.overlap, policies.catchupWindow, state.paused, automation.inForce],
          ['ALLOW_ALL', 7 * dayMs, false, true],
        );
      }
      const skipping = await api.client.createAutomation(body('skipping', { missed: 'skip' }));
      const { policies } = await scene.handle(skipping.automation.id).describe();
      assert.equal(policies.catchupWindow, 10_000);
    });

    it('an edit is in force at once, and leaves a row that says old, new and who', async () => {
      const { automation } = await api.client.createAutomation(body('edited'));
      const { id } = automation;
      const changed = await api.client.updateAutomation(id, { time: '07:30', timezone: 'Europe/Berlin' });
      assert.deepEqual(changed.effects, ['Time was 06:00, is 07:30.', 'Timezone was -7, is Europe/Berlin.']);
      const { spec, info } = await scene.handle(id).describe();
      assert.equal(spec.timezone, 'Europe/Berlin');
      assert.equal(info.nextActionTimes[0]?.toISOString(), changed.automation.nextRuns[0]);
      assert.deepEqual((await api.client.updateAutomation(id, { time: '07:30' })).effects, [
        'Nothing was changed.',
      ]);
      const disabled = await api.client.disableAutomation(id);
      assert.deepEqual([disabled.automation.nextRuns, disabled.automation.disabled], [[], true]);
      assert.equal((await scene.handle(id).describe()).state.paused, true);
      await api.client.enableAutomation(id);
      assert.equal((await scene.handle(id).describe()).state.paused, false);
      await api.client.removeAutomation(id);
      await assert.rejects(scene.handle(id).describe());
      await assert.rejects(api.client.getAutomation(id), { code: 'NOT_FOUND' });
      assert.deepEqual(await logsOf(id), [
        ['ada', 'ada asked to delete it.'],
        ['ada', 'ada changed it. Disable was on, is off.'],
        ['ada', 'ada changed it. Disable was off, is on.'],
        ['ada', 'ada changed it. Time was 06:00, is 07:30. Timezone was -7, is Europe/Berlin.'],
        ['ada', 'ada made it: retention, daily at 06:00 (-7).'],
      ]);
      const { logs, next } = await api.client.logs({ subject: `automation/${id}`, limit: 2 });
      assert.ok(next);
      const older = await api.client.logs({ subject: `automation/${id}`, before: next });
      assert.deepEqual([logs.length, older.logs.length, older.next], [2, 3, null]);
      assert.deepEqual((older.logs[1]?.before as { time?: string } | undefined)?.time, '06:00');
    });

    it('an edit that the engine did not hear of is in force by the sweep', async () => {
      const { _id } = await scene.made('unheard', { time: '05:00' });
      await world.stores.automations.change(_id, () => ({ time: '09:45' }));
      assert.equal((await api.client.getAutomation(_id)).inForce, false);
      scene.apply.start();
      await until('the edit in force', async () => {
        const { inForce } = await api.client.getAutomation(_id);
        return inForce ? { found: true } : { seen: 'not in force' };
      });
      await scene.apply.stop();
      const calendar = (await scene.handle(_id).describe()).spec.calendars?.[0];
      assert.deepEqual(
        [calendar?.hour, calendar?.minute],
        [[{ start: 9, end: 9, step: 1 }], [{ start: 45, end: 45, step: 1 }]],
      );
    });

    it('bad input is refused where the person looks', async () => {
      for (const [change, message] of [
        [{ timezone: 'Mars/Olympus' }, /body\.timezone: "Mars\/Olympus" is no zone/],
        [{ run: 'Interval', time: '00:00' }, /body\.time: 00:00 is no length/],
        [{ run: 'Weekly' }, /body\.weekday: a weekly automation needs one of Monday/],
        [{ weekday: 'Monday' }, /body\.weekday: is for Weekly only/],
        [{ time: '25:00' }, /body\.time: is a time of day in 24 h/],
        [{ task: { kind: 'sync', syncId: 'none' } }, /body\.task\.syncId: there is no sync "none"/],
        [{ task: { kind: 'refresh', connectionId: 'none' } }, /there is no connection "none"/],
        [{ task: { kind: 'report', reportType: 'none' } }, /body\.task/],
      ] as const)
        await assert.rejects(api.client.createAutomation(body('bad', change)), {
          code: 'INVALID_INPUT',
          message,
        });
      assert.equal(await world.stores.automations.get(own('bad')), null);
      const { automation } = await api.client.createAutomation(
        body('good', { run: 'Weekly', weekday: 'Friday' }),
      );
      await assert.rejects(api.client.updateAutomation(automation.id, { weekday: null }), /needs one of/);
      await assert.rejects(api.client.createAutomation(body('good')), /there is a schedule/);
      // A weekday goes with Weekly.
      const daily = await api.client.updateAutomation(automation.id, { run: 'Daily' });
      assert.equal(daily.automation.weekday, null);
    });

    it('a tick starts a session for the date it was scheduled for, and a second one of it does nothing', async (t) => {
      const { id: connectionId } = await setScene(world, t);
      const { _id } = await scene.made('refresh', { task: { kind: 'refresh', connectionId, full: true } });
      const due = lastQuiet - dayMs;
      await scene.tickFor(_id, due - 60_000, due + 60_000);
      const [row] = await scene.rows(_id, 1);
      assert.deepEqual(
        [row?.slot, row?.outcome, row?.dueAt.getTime(), row?.by.id],
        [new Date(due).toISOString().slice(0, 10), 'started', due, `automation/${_id}`],
      );
      const session = await world.reaches(connectionId, 19);
      assert.deepEqual([session.openedBy.id, session.scope.full], [`automation/${_id}`, true]);
      const again = await start({ automationId: _id, at: new Date(due + 3_600_000).toISOString() }, 'again');
      assert.deepEqual(again, { decision: 'skipped', reason: 'SLOT_DONE', sessionId: null });
      assert.equal((await world.latest(connectionId)).number, 1);
    });

    it('a tick runs a sync, and says why not where it cannot', async () => {
      const sync = await syncScene(world);
      await sync.session(orders(3));
      const task = { kind: 'sync', syncId: sync.syncId } as const;
      const { _id } = await scene.made('sync', { task });
      const answer = await api.client.runAutomation(_id);
      assert.deepEqual([answer.tick?.outcome, answer.tick?.by.id], ['started', 'ada']);
      await sync.reaches('success');
      await api.client.disableSync(sync.syncId);
      const refused = await api.client.runAutomation(_id);
      assert.deepEqual(
        [refused.tick?.outcome, refused.tick?.reason, refused.tick?.sentence],
        ['skipped', 'SYNC_DISABLED', 'The sync is disabled.'],
      );
      assert.equal((await api.client.automationRuns(_id)).ticks.length, 2);
    });

    it('of times that were missed runOnce runs the newest, and notes the others', async () => {
      const { _id } = await scene.made('once', { missed: 'runOnce' });
      await scene.tickFor(_id, lastQuiet - 2 * dayMs - 60_000, lastQuiet + 1_000);
      const rows = await scene.rows(_id, 3);
      assert.deepEqual(
        rows.map(({ outcome }) => outcome),
        ['coalesced', 'coalesced', 'started'],
      );
      assert.match(rows[0]?.text ?? '', /a later time was due already and runs in its place/);
    });

    it('a due time whose tick died is taken up again, by then late or not', async () => {
      const { _id } = await scene.made('died', { missed: 'skip' });
      const due = new Date(lastQuiet - dayMs);
      const slot = due.toISOString().slice(0, 10);
      const row = { _id: `${_id}/${slot}`, automationId: _id, slot, dueAt: due };
      const by = { kind: 'schedule', id: `automation/${_id}` } as const;
      const { automationTicks } = world.stores;
      const at = new Date();
      await automationTicks.claim({ ...row, by, holder: 'another', at }, new Date(0));
      const input = { automationId: _id, at: due.toISOString() };
      assert.equal((await start(input, 'held')).reason, 'SLOT_DONE');
      await world.stores.db
        .collection<{ _id: string }>('automationTicks')
        .updateOne({ _id: row._id }, { $set: { at: new Date(at.getTime() - 3_600_000) } });
      assert.equal((await start(input, 'taken')).decision, 'started');
      assert.equal((await automationTicks.get(row._id))?.outcome, 'started');
    });

    it('a tick of an automation that is disabled, retimed or gone starts nothing', async () => {
      const now = new Date().toISOString();
      const { _id } = await scene.made('stale', { disabled: true });
      assert.equal((await start({ automationId: _id, at: now }, 'disabled')).reason, 'DISABLED');
      await world.stores.automations.change(_id, () => ({ disabled: false, since: new Date() }));
      assert.equal((await start({ automationId: _id, at: now }, 'retimed')).reason, 'NOT_DUE');
      await world.stores.automations.remove(_id);
      assert.equal((await start({ automationId: _id, at: now }, 'gone')).reason, 'AUTOMATION_GONE');
      await assert.rejects(scene.handle(_id).describe(), 'its Schedule ends with it');
    });

    it('Overview is written by a worker through a Schedule, at once where it is old', async (t) => {
      const { client, stores, taskQueue } = world;
      const scheduleId = `system/overview-${taskQueue}`;
      const log = pino({ level: 'silent' });
      const heartbeat = createOverviewHeartbeat({ client, stores, taskQueue, log, scheduleId });
      t.after(() => client.schedule.getHandle(scheduleId).delete());
      const never = await api.client.overview();
      assert.deepEqual([never.alive, never.timestamp], [0, null]);
      await heartbeat.round();
      const beaten = () =>
        until('a beat', async () => {
          const { alive, timestamp } = await api.client.overview();
          return alive === 1 ? { found: timestamp } : { seen: `${timestamp}` };
        });
      await beaten();
      const { spec, policies } = await client.schedule.getHandle(scheduleId).describe();
      assert.deepEqual([spec.intervals?.[0]?.every, policies.overlap], [1_800_000, 'SKIP']);
      await stores.overview.put({ timestamp: new Date(Date.now() - 36 * 60_000), versions: {} });
      const { alive, sentence } = await api.client.overview();
      assert.equal(alive, 0);
      assert.match(sentence, /more than 35 minutes/);
      await heartbeat.round();
      await beaten();
    });

    it('shows the next five run times', async () => {
      const { automation } = await api.client.createAutomation(
        body('shown', { timezone: 'Asia/Tokyo', time: quietTime(9) }),
      );
      const next = nextDueTimes({ ...automation, weekday: null }, 5, Date.now());
      assert.deepEqual(
        automation.nextRuns,
        next.map(({ at }) => new Date(at).toISOString()),
      );
      const listed = (await api.client.listAutomations()).automations.find(({ id }) => id === automation.id);
      assert.deepEqual(listed?.nextRuns, automation.nextRuns);
    });
  });

  it('the sweep starts what is due and not there, and marks as missed what comes too late for skip', async () => {
    await removeAll();
    // Both are due at the same time, long ago enough; the engine has not ticked.
    const periodMs = quietPeriod() * 60_000;
    const time = new Date(periodMs).toISOString().slice(11, 16);
    const change = { run: 'Interval', time, since: new Date(Date.now() - dayMs + 60_000) } as const;
    const [all, skip] = await Promise.all([
      scene.made('swept', { ...change, missed: 'runOnce' }),
      scene.made('skipped', { ...change, missed: 'skip' }),
    ]);
    await scene.handle(all._id).delete();
    const late = new Date(Math.ceil(Date.now() / periodMs) * periodMs + 180_000);
    const sweep = scene.sweep(() => late);
    await sweep.round();
    const skipped = await scene.rows(skip._id, 3);
    assert.ok(skipped.every(({ outcome }) => outcome === 'missed'));
    const [note] = await logsOf(skip._id);
    assert.match(note?.[1] ?? '', /^skipped was due 3 times from .* GMT to .* GMT and was missed/);
    const swept = await scene.rows(all._id, 3);
    assert.deepEqual(
      swept.map(({ outcome }) => outcome),
      ['coalesced', 'coalesced', 'started'],
    );
    // The Schedule that somebody had deleted is there again.
    await until('the Schedule', async () => {
      await sweep.round();
      const there = await scene
        .handle(all._id)
        .describe()
        .catch(() => undefined);
      return there === undefined ? { seen: 'none' } : { found: there };
    });
    await scene.rows(all._id, 3);
  });
});
