import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { newReport } from '../../activities/reports/begin.ts';
import { applySyncBase } from '../../activities/sync-base/schedule.ts';
import { until } from '../support/until.ts';
import { tokenTests } from './bad-input/access.ts';
import { trimTests } from './bad-input/rows.ts';
import { behaviourTests } from './behaviour.ts';
import { type Scene, startScene } from './scene.ts';

let scene: Scene;
before(async () => {
  scene = await startScene({ lockOutMs: 1_500 });
});
after(() => scene.stop());

test('the first pass writes everything; one after it writes nothing', async () => {
  const { pass, row } = scene;
  const first = await pass();
  assert.equal(first.decision, 'done');
  assert.equal(row('Automations', 'nightly')?.Time, '06:00');
  assert.equal(row('Report Types', 'sales')?.Status, 'Active');
  assert.equal(row('Overview', 'service')?.Alive, 1);
  assert.ok(scene.base.rows('Logs').length >= 2);
  const second = await pass();
  assert.deepEqual({ written: second.written, removed: second.removed }, { written: 0, removed: 0 });
});

test('an edit is taken with its row in Logs; 25:99 changes nothing and says what is wrong until it is corrected', async () => {
  const { base, pass, record, row, stores, logs } = scene;
  const nightly = record('Automations', 'nightly');
  base.person().edit('Automations', nightly, { Time: '07:30', Run: 'Weekly', Weekday: 'Monday' });
  const taken = await pass();
  assert.equal(taken.taken, 1);
  const doc = await stores.automations.get('nightly');
  assert.deepEqual([doc?.time, doc?.run, doc?.weekday], ['07:30', 'Weekly', 'Monday']);
  assert.ok(
    (await logs()).some((text) =>
      /airtable:anna@example.com changed it\. .*Time was 06:00, is 07:30/.test(text),
    ),
  );

  base.person().edit('Automations', nightly, { Time: '25:99', Name: 'Weekly' });
  await pass();
  assert.equal((await stores.automations.get('nightly'))?.time, '07:30');
  assert.equal((await stores.automations.get('nightly'))?.name, 'Weekly');
  assert.equal(row('Automations', 'nightly')?.Time, '25:99');
  assert.match(String(row('Automations', 'nightly')?.Message), /Time is "25:99".*Example: 06:00/);

  base.person().edit('Automations', nightly, { Time: '8:15' });
  await pass();
  assert.equal((await stores.automations.get('nightly'))?.time, '08:15');
  assert.equal(row('Automations', 'nightly')?.Time, '08:15');
  assert.equal(row('Automations', 'nightly')?.Message, undefined);
});

test('a field of the developer is put back with a message and a row in Logs', async () => {
  const { base, pass, record, row, stores, logs } = scene;
  base
    .person()
    .edit('Report Types', record('Report Types', 'sales'), { 'Report Type Id': 'MINE', Offset: -1 });
  await pass();
  assert.equal((await stores.reportTypes.get('sales'))?.offset, -1);
  assert.equal((await stores.reportTypes.get('sales'))?.reportTypeId, null);
  assert.equal(row('Report Types', 'sales')?.['Report Type Id'], undefined);
  assert.match(String(row('Report Types', 'sales')?.Message), /may only be changed by a developer/);
  assert.ok((await logs()).some((text) => /wrote "MINE" into Report Type Id of sales/.test(text)));
});

test('a deleted row disables its schedule and comes back; a doubled one is told; an added one is made when whole', async () => {
  const { base, pass, record, row, stores } = scene;
  base.person().duplicate('Automations', record('Automations', 'nightly'));
  await pass();
  const twins = base.rows('Automations').filter(({ Id }) => Id === 'nightly');
  assert.match(String(twins[1]?.Message), /already; the older one counts/);
  assert.equal(twins[0]?.Message, undefined);

  base.person().remove('Report Types', record('Report Types', 'sales'));
  const added = base.person().add('Automations', {
    Id: 'weekly-fill',
    Name: 'Fill',
    Run: 'Daily',
    Time: '05:00',
  });
  await pass();
  assert.equal((await stores.reportTypes.get('sales'))?.status, 'Inactive');
  assert.match(String(row('Report Types', 'sales')?.Message), /deleted/);
  assert.match(String(row('Automations', 'weekly-fill')?.Message), /Task is empty/);
  base.person().edit('Automations', added, { Task: 'fill sales last 7 days' });
  await pass();
  assert.deepEqual((await stores.automations.get('weekly-fill'))?.task, {
    kind: 'fill',
    reportType: 'sales',
    days: 7,
  });
  assert.equal(row('Automations', 'weekly-fill')?.Message, undefined);
  assert.equal(row('Automations', 'weekly-fill')?.Timezone, '-7');
});

test('to clear Fail puts a report back to due; to delete its row changes nothing', async () => {
  const { base, pass, record, row, stores } = scene;
  const type = await stores.reportTypes.get('sales');
  assert.ok(type);
  const at = new Date();
  const slot = at.toISOString().slice(0, 10);
  const report = newReport(type, slot, slot, at, at);
  const failed = {
    status: 'failed',
    fail: true,
    kind: 'b',
    reason: 'SOURCE_UNREACHABLE',
    lastUpdated: at,
  } as const;
  await stores.reports.create({ ...report, ...failed });
  await pass();
  assert.equal(row('Reports', `sales/${slot}`)?.Fail, true);
  base.person().edit('Reports', record('Reports', `sales/${slot}`), { Fail: null, 'Last Updated': null });
  await pass();
  const doc = await stores.reports.get(`sales/${slot}`);
  assert.deepEqual([doc?.status, doc?.fail, doc?.lastUpdated], ['due', false, null]);
  assert.equal(row('Reports', `sales/${slot}`)?.Status, 'due');

  base.person().remove('Reports', record('Reports', `sales/${slot}`));
  await pass();
  const back = row('Reports', `sales/${slot}`);
  assert.deepEqual([back?.Status, back?.Slot], ['due', slot], 'a row that is deleted is written again');
  assert.match(String(back?.Message), /was deleted and is written again/);
  assert.equal((await stores.reports.get(`sales/${slot}`))?.seq, doc?.seq, 'it changes nothing here');
});

test('while Airtable is away a pass fails in words and alerts once; then it catches up', async () => {
  const { airtable, base, pass, record, row, stores } = scene;
  const nightly = record('Automations', 'nightly');
  const back = airtable.sever();
  base.person().edit('Automations', nightly, { Description: 'from Airtable' });
  await stores.automations.change('nightly', () => ({ name: 'From here' }));
  assert.equal((await pass(400)).decision, 'failed');
  assert.equal((await pass(400)).decision, 'failed');
  const doc = await stores.syncBases.get(base.id);
  assert.ok(doc?.problem?.text);
  const alert = await stores.alerts.get(`airtable/${base.id}`);
  assert.equal(alert?.occurrences, 1);
  back();
  assert.equal((await pass()).decision, 'done');
  assert.equal((await stores.automations.get('nightly'))?.description, 'from Airtable');
  assert.equal(row('Automations', 'nightly')?.Name, 'From here');
  assert.equal((await stores.syncBases.get(base.id))?.problem, null);
  assert.equal((await stores.alerts.get(`airtable/${base.id}`))?.status, 'settling');
});

test('its Schedule picks an edit up by itself, and goes with the base', async () => {
  const { base, client, taskQueue, record, stores } = scene;
  await stores.syncBases.change(base.id, () => ({ everyMs: 1_000 }));
  await applySyncBase(stores, { client, taskQueue }, base.id);
  base.person().edit('Automations', record('Automations', 'nightly'), { Disable: true });
  await until('the edit is taken', async () => {
    const doc = await stores.automations.get('nightly');
    return doc?.disabled === true ? { found: doc } : { seen: 'not yet' };
  });
  await stores.syncBases.remove(base.id);
  await applySyncBase(stores, { client, taskQueue }, base.id);
  await assert.rejects(client.schedule.getHandle(`sync-base/${base.id}`).describe());
  assert.equal(scene.airtable.seen.filter(({ status }) => status === 429).length, 0);
});

describe('another base: what is of the settings and the token of all', () => {
  let all: Scene;
  before(async () => {
    all = { ...scene, ...(await scene.attach()) };
  });
  behaviourTests(() => all);
  tokenTests(() => all);
  trimTests(() => all);
});
