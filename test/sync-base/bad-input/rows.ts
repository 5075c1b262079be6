import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { noteDone } from '../../../activities/sync-base/note.ts';
import { logsFace } from '../../../activities/sync-base/tables/logs.ts';
import { reportsFace } from '../../../activities/sync-base/tables/reports.ts';
import { order, reportScene } from '../../reports/support.ts';
import { type BaseScene, type Scene, tester } from '../scene.ts';

const dayMs = 86_400_000;

/** What becomes of rows that are odd, old, too many or not taken. */
export function rowTests(scene: () => Scene): void {
  let of: BaseScene;
  before(async () => {
    await Promise.all([
      scene().schedule('in-a-full-base'),
      scene().schedule('deleted'),
      scene().reportType('deleted-type'),
      scene().reportType('twice'),
      scene().schedule('meanwhile'),
      scene().schedule('by-robot'),
    ]);
    of = await scene().attach();
    await of.pass();
  });

  test('a base that is full takes no new rows, goes on with those it has, and catches up when there is room', async () => {
    const { airtable, schedule, stores } = scene();
    const { base, pass, row, doc, calls } = of;
    base.setMostRecords(0);
    await schedule('one-too-many');
    await stores.automations.change('in-a-full-base', () => ({ name: 'Changed' }));
    assert.equal((await pass()).decision, 'done');
    assert.equal(row('Automations', 'in-a-full-base')?.Name, 'Changed');
    assert.equal(row('Automations', 'one-too-many'), undefined);
    const { problem } = await doc();
    assert.equal(problem?.code, 'SYNC_BASE_REJECTED');
    assert.match(problem?.text ?? '', /as many records as its plan takes/);
    await pass();
    const from = airtable.seen.length;
    await pass();
    const again = calls(from).filter(({ body }) => body.includes('"one-too-many"'));
    assert.deepEqual(again, [], 'it is not tried again and again');
    base.setMostRecords(50_000);
    // As after an hour.
    for (const doc of await stores.syncBases.rows(base.id).table('automations'))
      await stores.syncBases.rows(base.id).putMany([{ ...doc, refusal: null } as typeof doc]);
    await pass();
    assert.equal(row('Automations', 'one-too-many')?.Name, 'Name of one-too-many');
  });

  test('a report that failed is made again once Fail and Last Updated are emptied, and both sides say so', async () => {
    const { stores, world } = scene();
    const { base, pass, record, row } = of;
    const { type, makes, session } = await reportScene(world);
    const slot = new Date().toISOString().slice(0, 10);
    await session({ o1: order(slot, 10) });
    const id = `${type._id}/${slot}`;
    assert.equal(await makes(slot), 'created');
    const at = new Date(Date.now() - dayMs);
    await stores.reports.change(id, () => ({
      ...{ status: 'failed', fail: true, kind: 'b', reason: 'SOURCE_UNREACHABLE', lastUpdated: at },
    }));
    await pass();
    assert.deepEqual([row('Reports', id)?.Fail, row('Reports', id)?.Status], [true, 'failed']);
    base.person().edit('Reports', record('Reports', id), { Fail: null, 'Last Updated': null });
    await pass();
    assert.deepEqual([row('Reports', id)?.Status, row('Reports', id)?.['Last Updated']], ['due', undefined]);
    assert.equal(await makes(slot), 'created');
    await pass();
    const doc = await stores.reports.get(id);
    assert.deepEqual([doc?.status, doc?.fail], ['created', false]);
    const shown = row('Reports', id);
    assert.deepEqual([shown?.Status, shown?.Fail, shown?.Message], ['created', undefined, undefined]);
    assert.equal(shown?.['Last Updated'], doc?.lastUpdated?.toISOString());
    assert.ok((doc?.lastUpdated?.getTime() ?? 0) > at.getTime());
  });

  test('a row that a person deletes, in each table', async () => {
    const { stores } = scene();
    const { base, pass, record, row } = of;
    const person = base.person();
    const log = String(base.rows('Logs')[0]?.Id);
    person.remove('Logs', record('Logs', log));
    person.remove('Overview', record('Overview', 'service'));
    person.remove('Automations', record('Automations', 'deleted'));
    person.remove('Report Types', record('Report Types', 'deleted-type'));
    await pass();
    await pass();
    assert.equal(row('Logs', log), undefined, 'a row of Logs stays away');
    assert.equal(row('Overview', 'service')?.Alive, 1);
    assert.equal((await stores.automations.get('deleted'))?.disabled, true);
    assert.match(String(row('Automations', 'deleted')?.Message), /the schedule is disabled/);
    assert.equal((await stores.reportTypes.get('deleted-type'))?.status, 'Inactive');
    assert.match(String(row('Report Types', 'deleted-type')?.Message), /the report type is Inactive/);
  });

  test('two rows for one type: the older one counts, the other says so, and goes in peace', async () => {
    const { stores } = scene();
    const { base, pass, record, row } = of;
    const person = base.person();
    const copy = person.duplicate('Report Types', record('Report Types', 'twice'));
    person.edit('Report Types', copy, { Name: 'Of the copy' });
    await pass();
    const rows = base.rows('Report Types').filter(({ Id }) => Id === 'twice');
    assert.match(String(rows[1]?.Message), /There is a row with the Id "twice" already/);
    assert.equal((await stores.reportTypes.get('twice'))?.name, 'Sales');
    person.edit('Report Types', record('Report Types', 'twice'), { Name: 'Of the first', Offset: 1.5 });
    person.remove('Report Types', copy);
    await pass();
    const doc = await stores.reportTypes.get('twice');
    assert.deepEqual([doc?.name, doc?.status, doc?.offset], ['Of the first', 'Active', 0]);
    assert.match(
      String(row('Report Types', 'twice')?.Message),
      /Offset is "?1.5"?; it must be a whole number/,
    );
  });

  test('what a person writes between our reading and our writing is not overwritten', async () => {
    const { airtable, stores } = scene();
    const { base, pass, record, row } = of;
    await stores.automations.change('meanwhile', () => ({ name: 'Of the service', timezone: '-4' }));
    const path = new RegExp(`/v0/${base.id}/${base.table('Automations').id}$`);
    airtable.before('PATCH', path, () =>
      base
        .person()
        .edit('Automations', record('Automations', 'meanwhile'), { Name: 'Of the person', Time: '11:11' }),
    );
    await pass();
    await pass();
    const doc = await stores.automations.get('meanwhile');
    assert.deepEqual([doc?.name, doc?.time, doc?.timezone], ['Of the person', '11:11', '-4']);
    const shown = row('Automations', 'meanwhile');
    assert.deepEqual([shown?.Name, shown?.Time, shown?.Timezone], ['Of the person', '11:11', '-4']);
  });

  test('edits by an automation of Airtable are taken, and by a form a row is added', async () => {
    const { stores } = scene();
    const { base, pass, record, row } = of;
    base
      .person(undefined, 'automation')
      .edit('Automations', record('Automations', 'by-robot'), { Description: 'by a robot' });
    base.person(undefined, 'formSubmission').add('Automations', {
      ...{ Id: 'by-form', Name: 'By form', Task: 'retention', Time: '05:00', Run: 'Daily' },
    });
    await pass();
    assert.equal((await stores.automations.get('by-robot'))?.description, 'by a robot');
    assert.equal((await stores.automations.get('by-form'))?.name, 'By form');
    assert.equal(row('Automations', 'by-form')?.Timezone, '-7');
  });
}

/** What is of the settings of all bases. */
export function trimTests(scene: () => Scene): void {
  test('one row that Airtable does not take leaves the others of its write alone; it is told, and tried again without haste', async () => {
    const { airtable, stores, base, pass, row, doc, calls } = scene();
    const at = new Date();
    const line = { by: tester, subject: 'service', before: null, after: null };
    const long = await stores.logs.add({ ...line, at, text: 'x'.repeat(100_001) }, 'long');
    assert.ok(long);
    const outcome = await pass();
    assert.equal(outcome.decision, 'done');
    assert.ok(base.rows('Logs').length >= 3, 'the others are there');
    assert.match(String(row('Overview', 'service')?.Alive), /1/);
    const { problem } = await doc();
    assert.equal(problem?.code, 'SYNC_BASE_REJECTED');
    assert.match(problem?.text ?? '', /did not take .*Logs.*Field "Text" cannot accept/s);
    assert.match(
      (await stores.logs.list({ limit: 200 })).map(({ text }) => text).join('\n'),
      /did not take .*Field "Text" cannot accept/,
    );
    await pass();
    const from = airtable.seen.length;
    await pass();
    assert.deepEqual(
      calls(from).filter(({ status }) => status !== 200),
      [],
      'it is not written again and again',
    );
  });

  test('Logs and Reports keep their days and their share of the plan in the base; the store keeps all', async () => {
    const { stores, syncBase, reportType, base, pass, doc } = scene();
    await reportType('trimmed');
    const at = new Date(Date.now() - 20 * dayMs);
    const line = { by: tester, subject: 'service', before: null, after: null };
    await stores.logs.add({ ...line, at, text: 'twenty days old' }, 'old');
    const shownOf = () => base.rows('Logs').some(({ Text }) => Text === 'twenty days old');
    await pass();
    assert.ok(shownOf());
    Object.assign(syncBase, { keepDays: 10 });
    const { removed } = await pass();
    Object.assign(syncBase, { keepDays: 30 });
    assert.ok(removed >= 1);
    assert.ok(!shownOf());
    const kept = (await stores.logs.list({ limit: 500 })).filter(({ text }) => text === 'twenty days old');
    assert.equal(kept.length, 1);
    assert.equal((await pass()).decision, 'done');
    assert.ok(shownOf(), 'with more days it is there again');

    const now = () => new Date();
    const logs = await logsFace({ stores, now, keepDays: 30, mostRows: 3 }).list();
    assert.equal(logs.length, 3);
    const newest = (await stores.logs.list({ limit: 3 })).map(({ _id }) => _id);
    assert.deepEqual(logs.map(({ id }) => id).toReversed(), newest, 'the newest, in their order');
    assert.deepEqual(await reportsFace({ stores, now, keepDays: 30, mostRows: 0 }).list(), []);
    const { records } = await doc();
    const there = ['Overview', 'Logs', 'Reports', 'Report Types', 'Automations'];
    assert.equal(records, there.flatMap((table) => base.rows(table)).length, 'its records are counted');
    await noteDone(stores, { ...(await doc()), refused: null, records: 45_000 }, at);
    const { problem } = await doc();
    assert.equal(problem?.code, 'SYNC_BASE_FULL');
    assert.match(problem?.text ?? '', /has 45,000 records; the Team plan takes 50,000/);
  });
}
