import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { pino } from 'pino';
import { createReportSweep } from '../../client/report-sweep.ts';
import { dayAfter } from '../../domain/report-type.ts';
import { until } from '../support/until.ts';
import { startWorld, tester, type World } from '../support/world.ts';
import { testsOverApi } from './over-api.ts';
import { order, reportScene } from './support.ts';

describe('reports', () => {
  let world: World;
  before(async () => {
    world = await startWorld();
  });
  after(() => world.stop());

  test('a report has the rows of its date, and a repeat makes a revision that says what changed', async () => {
    const scene = await reportScene(world, { repeatAfterDays: 21, restatementThreshold: 0.5 });
    await scene.session({
      o1: order('2026-03-01', 10),
      o2: order('2026-03-01T23:30:00Z', 20),
      o3: order('2026-03-02', 5),
    });
    assert.equal(await scene.makes('2026-03-01'), 'created');
    const first = await scene.report('2026-03-01');
    assert.deepEqual(
      [first.status, first.rows, first.revision, first.updateRepeated, first.fail, first.late],
      ['created', 2, 1, null, false, false],
    );
    assert.deepEqual(await scene.current('2026-03-01'), {
      o1: { day: '2026-03-01', amount: 10 },
      o2: { day: '2026-03-01T23:30:00Z', amount: 20 },
    });
    assert.equal(await scene.makes('2026-03-01'), 'CREATED_ALREADY');

    await scene.session({ o1: order('2026-03-01', 11), o4: order('2026-03-01', 7) }, ['o2']);
    assert.equal(await scene.makes('2026-03-01', 'repeat'), 'created');
    const second = await scene.report('2026-03-01');
    assert.deepEqual([second.revision, second.rows, second.updateRepeated !== null], [2, 2, true]);
    const [latest] = await world.stores.reports.revisions(second._id);
    assert.deepEqual(latest?.diff, {
      added: ['o4'],
      changed: [{ key: 'o1', before: { amount: 10 }, after: { amount: 11 } }],
      removed: ['o2'],
      leftOut: 0,
    });
    assert.equal(await scene.stored(), 2, 'rows of the earlier revision are gone');
    assert.match((await scene.alert('2026-03-01', 'restated/2'))?.reason ?? '', /100 % of the rows/);
    assert.equal(await scene.makes('2026-03-01', 'repeat'), 'REPEATED_ALREADY');
  });

  test('a second start joins the open one', async () => {
    const scene = await reportScene(world);
    await scene.session({ o1: order('2026-03-01', 10) });
    await world.stopPool();
    const wish = { type: scene.type._id, slot: '2026-03-01', by: tester } as const;
    assert.equal(await scene.reports.start({ ...wish, occasion: 'due' }), 'started');
    assert.equal(await scene.reports.start({ ...wish, occasion: 'retry' }), 'joined');
    await world.startPool();
    assert.equal(await scene.result('2026-03-01'), 'created');
    assert.equal((await scene.report('2026-03-01')).revision, 1);
  });

  test('an empty report fails with b and is told once; cleared it runs at the next scheduled time', async () => {
    const scene = await reportScene(world);
    await scene.session({ o1: order('2026-03-02', 10) });
    assert.equal(await scene.makes('2026-03-01'), 'REPORT_EMPTY');
    const failed = await scene.report('2026-03-01');
    assert.deepEqual(
      [failed.status, failed.kind, failed.fail, failed.lastUpdated, failed.mongoId],
      ['failed', 'b', true, null, null],
    );
    const alert = await scene.alert('2026-03-01', 1);
    assert.equal(alert?.title, `Report ${scene.type.name} failed`);
    assert.deepEqual(alert?.retry, { kind: 'report', type: scene.type._id, slot: '2026-03-01' });
    assert.equal(await scene.makes('2026-03-01'), 'FAIL_NOT_CLEARED');

    await scene.session({ o2: order('2026-03-01', 10) });
    assert.equal(await scene.makes('2026-03-01', 'retry'), 'created');
    const made = await scene.report('2026-03-01');
    assert.deepEqual([made.status, made.kind, made.fail, made.reason], ['created', null, false, null]);
    assert.equal((await scene.alert('2026-03-01', 1))?.status, 'settling');
  });

  test('a repeat that fails is c and leaves the earlier revision; without a source it is a', async () => {
    const scene = await reportScene(world, { repeatAfterDays: 21 });
    await scene.session({ o1: order('2026-03-01', 10) });
    await scene.makes('2026-03-01');
    await scene.session({}, ['o1']);
    assert.equal(await scene.makes('2026-03-01', 'repeat'), 'REPORT_EMPTY');
    const failed = await scene.report('2026-03-01');
    assert.deepEqual([failed.kind, failed.revision, failed.updateRepeated], ['c', 1, null]);
    assert.ok(failed.lastUpdated);
    assert.deepEqual(Object.keys(await scene.current('2026-03-01')), ['o1']);

    const gone = await reportScene(world, { notifyOnFail: false });
    const source = { ...gone.type.source, connectionId: 'nobody' };
    await world.stores.reportTypes.change(gone.type._id, () => ({ source }));
    assert.equal(await gone.makes('2026-03-01'), 'NOT_FOUND');
    const { kind, lastUpdated } = await gone.report('2026-03-01');
    assert.deepEqual([kind, lastUpdated, await gone.alert('2026-03-01', 1)], ['a', null, null]);
  });

  test('a type that is set Inactive during a run lets it end, and no other begins', async () => {
    const scene = await reportScene(world);
    await scene.session({ o1: order('2026-03-01', 10), o2: order('2026-03-02', 10) });
    await world.stopPool();
    await scene.reports.start({ type: scene.type._id, slot: '2026-03-01', occasion: 'due', by: tester });
    await until('it runs', async () => {
      const doc = await world.stores.reports.get(`${scene.type._id}/2026-03-01`);
      return doc?.status === 'running' ? { found: doc } : { seen: String(doc?.status) };
    });
    await world.stores.reportTypes.change(scene.type._id, () => ({ status: 'Inactive' }));
    await world.startPool();
    assert.equal(await scene.result('2026-03-01'), 'created');
    assert.equal(await scene.makes('2026-03-02'), 'TYPE_INACTIVE');
    await assert.rejects(
      scene.reports.fill({ type: scene.type._id, from: '2026-03-01', to: '2026-03-02', by: tester }),
      { code: 'REPORT_TYPE_INACTIVE' },
    );
  });

  test('a real-time report has every row, clears an earlier failure, and cannot be filled', async () => {
    const scene = await reportScene(world, { realTime: true });
    assert.equal(await scene.makes('2026-03-01'), 'REPORT_EMPTY');
    await scene.session({ o1: order('2026-01-01', 1), o2: order('2026-02-01', 2) });
    assert.equal(await scene.makes('2026-03-02'), 'created');
    assert.equal((await scene.report('2026-03-02')).rows, 2);
    const earlier = await scene.report('2026-03-01');
    assert.deepEqual([earlier.status, earlier.fail], ['failed', false]);
    assert.equal((await scene.alert('2026-03-01', 1))?.status, 'settling');
    await assert.rejects(
      scene.reports.fill({ type: scene.type._id, from: '2026-03-01', to: '2026-03-02', by: tester }),
      { code: 'REPORT_REAL_TIME' },
    );
  });

  test('the sweep starts repeats and tells of what was due and is not there', async () => {
    const scene = await reportScene(world, { repeatAfterDays: 2 });
    const today = new Date().toISOString().slice(0, 10);
    const [day, early] = [dayAfter(today, -2) ?? '', dayAfter(today, -3) ?? ''];
    await scene.session({ o1: order(day, 1), o2: order(early, 1) });
    assert.equal(await scene.makes(day), 'created');
    await world.stores.reports.change(`${scene.type._id}/${day}`, () => ({
      lastUpdated: new Date(Date.parse(`${day}T20:00:00Z`)),
    }));
    const at = new Date(Date.parse(`${early}T00:00:00Z`));
    await world.stores.reportTypes.change(scene.type._id, () => ({ createdAt: at }) as never);
    await world.stores.automations.put({
      _id: `nightly-${scene.type._id}`,
      ...{ name: 'Nightly', description: '', task: { kind: 'report', reportType: scene.type._id } },
      ...{ run: 'Daily', time: '06:00', timezone: 'UTC', weekday: null, disabled: false, missed: 'skip' },
      ...{ since: at, applied: null, createdBy: tester, createdAt: at, updatedAt: at, seq: 0 },
    });
    const log = pino({ level: 'silent' });
    const now = () => new Date(Date.parse(`${today}T07:30:00Z`));
    const soon = (missingMs: number) =>
      createReportSweep({ stores: world.stores, reports: { ...scene.reports, missingMs }, log, now });
    await soon(7_200_000).round();
    assert.equal(await scene.result(day), 'created');
    assert.equal((await scene.report(day)).revision, 2);
    assert.equal((await scene.report(early)).status, 'missed');
    assert.match((await scene.alert(early, 'missing'))?.reason ?? '', /is not there after 2 hours\./);
    // Due at 06:00.
    assert.equal(await world.stores.reports.get(`${scene.type._id}/${today}`), null);
    assert.equal(await scene.makes(early, 'retry'), 'created');
    assert.equal((await scene.report(early)).late, true);
    assert.equal((await scene.alert(early, 'missing'))?.status, 'settling');
    await soon(3_600_000).round();
    assert.match((await scene.alert(today, 'missing'))?.reason ?? '', /is not there after 1 hour\./);
    assert.equal((await scene.alert(early, 'missing'))?.status, 'settling', 'it is told once');

    // Somebody terminated its execution: nothing says so but that nobody runs it.
    await world.stopPool();
    await scene.reports.start({ type: scene.type._id, slot: early, occasion: 'hand', by: tester });
    const begun = await until('it runs', async () => {
      const doc = await scene.report(early);
      return doc.status === 'running' ? { found: doc } : { seen: doc.status };
    });
    await world.client.workflow.getHandle(`report/${begun._id}`).terminate();
    await world.startPool();
    const late = () => new Date(begun.statusSince.getTime() + 16 * 60_000);
    await createReportSweep({ stores: world.stores, reports: scene.reports, log, now: late }).round();
    assert.equal(await scene.result(early), 'created');
    const { runs, revision, by } = await scene.report(early);
    assert.deepEqual([runs - begun.runs, revision, by?.id], [1, 2, tester.id]);
  });

  testsOverApi(() => world);
});
