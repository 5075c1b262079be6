import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failedLine } from '../../activities/reports/alerts.ts';
import { newReport } from '../../activities/reports/begin.ts';
import { reportTypesFace } from '../../activities/sync-base/tables/report-types.ts';
import { record as recordOf } from '../stores/support.ts';
import { pagedDefinition } from '../support/paged-app.ts';
import { until } from '../support/until.ts';
import type { Scene } from './scene.ts';

const developer = { id: 'usrDev00000000001', email: 'dev@example.com', name: 'Dev' };

/** Who and what made an edit, what a purge leaves, when an outage is told of, and what a date field must be. */
export function behaviourTests(scene: () => Scene): void {
  test('an edit by whatever wrote it is taken by the next pass, as that of its user; Alive is the watchdog’s', async () => {
    const one = scene();
    const { stores } = one;
    await one.schedule('sources');
    await one.reportType('told');
    await one.pass();
    const id = one.record('Automations', 'sources');
    const edits = {
      automation: { Description: 'by an automation' },
      formSubmission: { Name: 'by a form' },
      system: { Time: '07:15' },
      sync: { Timezone: '+1' },
      publicApi: { Disable: true },
    } as const;
    for (const [source, cells] of Object.entries(edits))
      one.base.person(undefined, source as keyof typeof edits).edit('Automations', id, cells);
    const overview = one.record('Overview', 'service');
    one.base.update('Overview', overview, { Alive: 0 });
    const type = one.record('Report Types', 'told');
    one.base.person(undefined, 'automation').edit('Report Types', type, { 'Add to Datapoints': true });
    await one.pass();
    const doc = await stores.automations.get('sources');
    assert.deepEqual(
      [doc?.description, doc?.name, doc?.time, doc?.timezone, doc?.disabled],
      ['by an automation', 'by a form', '07:15', '+1', true],
    );
    const [told = ''] = (await one.logs()).filter((text) => /changed it.*by a form/s.test(text));
    assert.match(told, /^airtable:/);
    for (const name of ['an automation', 'a form', 'Airtable', 'a synced table', 'anna@example.com'])
      assert.ok(told.includes(name), `${name}: ${told}`);
    assert.equal(one.row('Overview', 'service')?.Alive, 0, 'it is not put back');
    assert.equal(one.row('Report Types', 'told')?.['Add to Datapoints'], undefined, 'it is put back');
    one.syncBase.developers.push(developer.email);
    one.base.person(developer, 'publicApi').edit('Report Types', type, { 'Report Type Id': 'SALES' });
    await one.pass();
    assert.equal((await stores.reportTypes.get('told'))?.reportTypeId, 'SALES');
    const quiet = await one.pass();
    assert.deepEqual([quiet.changes, quiet.written, quiet.refused], [0, 0, 0]);
  });

  test('the purge of a connection takes the app’s words out of Logs, the rows that are known, and the base', async () => {
    const one = scene();
    const { stores } = one;
    const type = await stores.reportTypes.get('told');
    assert.ok(type);
    const at = new Date();
    const slot = at.toISOString().slice(0, 10);
    const words = 'customer ada@example.com has no date';
    const failed = { status: 'failed', fail: true, kind: 'b', reason: 'SOURCE_UNREACHABLE' } as const;
    const report = { ...newReport(type, slot, slot, at, at), ...failed, detail: words };
    await stores.reports.create(report);
    await stores.logs.add(failedLine(report));
    await one.pass();
    assert.equal(one.row('Reports', report._id)?.Detail, words);
    one.base.person().edit('Reports', one.record('Reports', report._id), { Detail: 'mine' });
    await one.pass();
    assert.equal(one.row('Reports', report._id)?.Detail, words, 'it is put back');
    const everywhere = async () => {
      const { db } = stores;
      const kept: unknown[] = [];
      for (const { name } of await db.listCollections({}, { nameOnly: true }).toArray())
        for (const doc of await db.collection(name).find().toArray())
          if (JSON.stringify(doc).includes(words)) kept.push(`${name}/${String(doc._id)}`);
      const tables = ['Reports', 'Logs', 'Report Types', 'Automations'].flatMap((name) =>
        one.base.rows(name),
      );
      return { kept, shown: tables.filter((row) => JSON.stringify(row).includes(words)).length };
    };
    const full = await everywhere();
    assert.ok(full.kept.length >= 4 && full.shown === 2, JSON.stringify(full));

    const owner = { connectionId: 'shop', generation: 1, resources: ['orders'] };
    await stores.purge(owner, { keepData: true });
    await one.pass();
    assert.equal(one.row('Reports', report._id)?.Detail, words, 'what is kept is shown');
    await stores.purge(owner, { keepData: false });
    assert.deepEqual((await everywhere()).kept, []);
    await one.pass();
    assert.deepEqual(await everywhere(), { kept: [], shown: 0 });
    assert.equal(one.row('Reports', report._id)?.Status, 'failed', 'status, counts and names stay');
    assert.equal((await one.pass()).written, 0);
  });

  test('an outage is told of while its first pass still tries, once it is longer than the grace; and that it is over', async () => {
    const one = scene();
    const { airtable, stores, syncBase } = one;
    const incident = `airtable/${one.base.id}`;
    syncBase.graceMs = 60_000;
    const back = airtable.sever();
    assert.equal((await one.pass(300)).decision, 'failed');
    assert.equal(await stores.alerts.get(incident), null, 'nobody is told of a moment');
    const since = (await one.doc()).problem?.since;
    assert.ok(since, 'it is shown');
    syncBase.graceMs = 0;
    const pass = one.pass(60_000);
    await until('the alert is there', async () => {
      const alert = await stores.alerts.get(incident);
      return alert === null ? { seen: 'no alert' } : { found: alert };
    });
    back();
    assert.equal((await pass).decision, 'done', 'the pass had not given up');
    const alert = await stores.alerts.get(incident);
    assert.deepEqual([alert?.occurrences, alert?.status], [1, 'settling']);
    assert.match(String(alert?.resolution), /works again/);
    assert.equal((await one.doc()).problem, null);
  });

  test('a date field that would leave every report empty is told in the row, as the API refuses it', async () => {
    const { stores, world } = scene();
    const definition = pagedDefinition();
    const connection = await world.configuring({ definition, baseUrl: 'http://127.0.0.1:9' });
    const { _id, generation } = connection;
    await stores.records
      .of(_id, generation, 'orders')
      .putMany([recordOf('1', { id: '1', note: 'soon', updated_at: '2026-01-01T00:00:00Z' })]);
    const face = reportTypesFace({ stores, definition: () => definition, now: () => new Date() });
    const add = async (field: string) => {
      const cells = { Id: `by-${field}`.replaceAll('_', '-'), Source: `records ${_id} orders by ${field}` };
      return face.create?.(cells, { kind: 'person', id: 'airtable:anna' });
    };
    for (const [field, said] of [
      ['note', /"note" holds no date in the records of orders\. Fields with a date: updated_at/],
      ['nothing', /neither a record nor the schema of orders has a field "nothing"/],
    ] as const) {
      const made = await add(field);
      assert.ok(made !== undefined && 'faults' in made);
      assert.deepEqual(
        made.faults.map((fault) => fault.field),
        ['Source'],
      );
      assert.match(made.faults[0]?.message ?? '', said);
    }
    assert.deepEqual(await add('updated_at'), { id: 'by-updated-at' });
  });
}
