import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { ConnectorDefinition } from '../../connectors/definition.ts';
import { dayAfter } from '../../domain/report-type.ts';
import { type Storefront, startStorefront } from '../../examples/storefront/server.ts';
import { tributary } from '../client/cli-process.ts';
import { storefrontDefinition } from '../support/storefront.ts';
import { startWorld, type World } from '../support/world.ts';
import { type AppScene, appScene, appType, dayOfTable } from './app-support.ts';
import { served, token } from './over-api.ts';

const span = { from: '2017-11-01', to: '2017-11-30' };
const month = Array.from({ length: 30 }, (_, at) => dayAfter(span.from, at) ?? '');
/** A day of which orders are still pending. */
const day = '2017-11-25';

describe('reports that an app is asked for', () => {
  let world: World;
  let shop: Storefront;
  let scene: AppScene;
  before(async () => {
    world = await startWorld();
    shop = await startStorefront({ requestsPerSecond: 1_000, holdBackDays: 30 });
    scene = await appScene(world, shop);
  });
  after(async () => {
    shop.control.faults({ dripMs: 0 });
    await world.stop();
    await shop.stop();
  });

  test('a month of daily sales reports is filled by one command, and repeats show what was restated', async () => {
    const id = `sales_report-${scene.connection._id}`;
    const reportOf = (slot: string) => world.stores.reports.get(`${id}/${slot}`);
    await served(world, scene, async (client, url) => {
      const { reportType } = await client.createReportType({
        ...{ id, name: 'Sales', repeatAfterDays: 21, restatementThreshold: 0.01 },
        source: { from: 'app', connection: scene.connection._id, report: 'sales' },
      });
      assert.equal(reportType.reportTypeId, 'sales');
      const env = { TRIBUTARY_URL: url, TRIBUTARY_TOKEN: token };
      const command = ['report', 'fill', id, '--from', span.from, '--to', span.to];
      const { stdout, stderr } = await tributary(command, env);
      assert.match(stdout, /30 reports are being made/, stderr);
      const { entries } = await client.reportCalendar(id, span);
      assert.deepEqual(
        entries.map(({ slot, state }) => [slot, state]),
        month.map((slot) => [slot, dayOfTable(slot).size === 0 ? 'empty' : 'created']),
      );
      const again = await client.fillReports(id, { from: '2017-11-09', to: '2017-11-14' });
      assert.deepEqual([again.decision, again.there], ['nothing', 6], 'nothing is made twice');
      for (const slot of month) {
        const { rows } = await client.getReport(id, slot, { limit: 500 }).catch(() => ({ rows: [] }));
        const table = dayOfTable(slot);
        assert.deepEqual(
          rows.map(({ key }) => key),
          [...table.keys()].sort(),
          slot,
        );
        for (const { key, data } of rows) {
          const { lines = 0, sales = 0 } = table.get(key) ?? {};
          const sold = data.status === 'cancelled' ? 0 : sales;
          assert.equal(data.lines, lines, key);
          assert.ok(Math.abs(Number(data.sales) - sold) < 0.006, `${key}: ${data.sales}, ${sold}`);
        }
      }
      const first = await reportOf(day);
      assert.deepEqual([first?.revision, first?.runs], [1, 1]);

      for (let i = 0; i < 21; i++) shop.control.release();
      await scene.reports.start({
        type: id,
        slot: day,
        occasion: 'repeat',
        by: { kind: 'person', id: 'tester' },
      });
      await world.client.workflow.getHandle(`report/${id}/${day}`).result();
      const { revisions, report } = await client.getReport(id, day);
      assert.deepEqual([report.revision, report.updateRepeated !== null], [2, true]);
      const changes = revisions[0]?.diff?.changed ?? [];
      assert.ok(changes.length > 0);
      assert.ok(
        changes.every(({ before, after: now }) => before.status === 'pending' && now.status !== 'pending'),
      );
      assert.match(
        (await world.stores.alerts.get(`report/${id}/${day}/restated/2`))?.reason ?? '',
        /of the rows/,
      );
    });
  });

  test('a report that the app makes in its own time is requested, waited for and fetched', async () => {
    const exported = await appType(world, scene, 'sales_export');
    const atOnce = await appType(world, scene, 'sales');
    shop.control.faults({ retryAfterSeconds: 0, reportQuestions: 1 });
    for (const slot of ['2017-11-24', day]) {
      assert.deepEqual(await Promise.all([exported.makes(slot), atOnce.makes(slot)]), ['created', 'created']);
      const rows = await exported.rowsOf(slot);
      assert.ok(rows.length > 1);
      assert.deepEqual(rows, await atOnce.rowsOf(slot));
      assert.equal((await exported.report(slot)).requested, null);
    }
    // The app has forgotten it: once it is requested anew, a second time it is a failure.
    shop.control.faults({ reportsGone: 1 });
    assert.equal(await exported.makes('2017-11-20'), 'created');
    shop.control.faults({ reportsGone: 2 });
    assert.equal(await exported.makes('2017-11-21'), 'SOURCE_REPORT_GONE');
    const gone = await exported.report('2017-11-21');
    assert.deepEqual([gone.kind, gone.requested, gone.mongoId], ['b', null, null]);
    shop.control.faults({ reportsGone: 0, reportFailures: 1 });
    assert.equal(await exported.makes('2017-11-19'), 'SOURCE_REPORT_FAILED');
    assert.match((await exported.report('2017-11-19')).detail ?? '', /The report could not be made/);
    assert.equal(await exported.makes('2017-11-19', 'retry'), 'created');
  });

  test('one that takes too long fails with b; a retry goes on with it and requests no other', async () => {
    const { makes, report } = await appType(world, scene, 'sales_export');
    shop.control.faults({ retryAfterSeconds: 0, reportQuestions: 2 });
    assert.equal(await makes(day, 'due', { readyMs: 700 }), 'REPORT_NOT_READY');
    const late = await report(day);
    assert.deepEqual([late.kind, late.lastUpdated], ['b', null]);
    assert.ok(late.requested);
    assert.match(late.detail ?? '', /did not make the report within/);
    // Whoever requested another one now would be told that it failed.
    shop.control.faults({ reportFailures: 1 });
    assert.equal(await makes(day, 'retry'), 'created');
    shop.control.faults({ reportFailures: 0, reportQuestions: 0 });
  });

  test('rows that do not fit are counted and shown; when none fits, the report failed', async () => {
    const { type, makes, report, rowsOf } = await appType(world, scene, 'sales');
    const app = scene.connection.app;
    const sound = world.definitions.get(app) as ConnectorDefinition;
    const mend = (change: object) => {
      const reports = sound.reports.map((one) => ({ ...one, ...change }));
      world.definitions.set(app, { ...sound, reports });
    };
    const atMost = (lines: number) => ({ schema: { properties: { lines: { maximum: lines } } } });
    const slot = '2017-11-24';
    mend(atMost(1));
    assert.equal(await makes(slot), 'created');
    const large = [...dayOfTable(slot)].filter(([, { lines }]) => lines > 1).map(([id]) => id);
    assert.ok(large.length > 0);
    assert.equal((await rowsOf(slot)).length, dayOfTable(slot).size - large.length);
    assert.equal((await report(slot)).unfit, large.length);
    await served(world, scene, async (client) => {
      const { report: shown, revisions } = await client.getReport(type._id, slot);
      assert.match(shown.sentence, /\d more that the app gave did not fit and are left out/);
      const { rows, samples } = revisions[0]?.unfit ?? { rows: 0, samples: [] };
      assert.equal(rows, large.length);
      assert.deepEqual(samples.map(({ key }) => key).sort(), large.sort());
      assert.match(samples[0]?.why ?? '', /lines must be <= 1/);
      assert.match(samples[0]?.text ?? '', /"order_id"/);
    });
    mend({ key: ['region'] });
    assert.equal(await makes(slot, 'hand'), 'created');
    const twice = await report(slot);
    assert.deepEqual([twice.rows, twice.unfit], [1, dayOfTable(slot).size - 1]);
    mend(atMost(0));
    assert.equal(await makes('2017-11-20'), 'REPORT_ROWS_UNFIT');
    const none = await report('2017-11-20');
    assert.deepEqual([none.kind, await rowsOf('2017-11-20')], ['b', []]);
    assert.match(none.detail ?? '', /gave 2 rows for 2017-11-20, and none fits/);
    world.definitions.set(app, sound);
  });

  test('a paused connection and a grant that is gone are said so, and a new consent mends it', async () => {
    const { makes, report } = await appType(world, scene, 'sales');
    const { _id } = scene.connection;
    const connection = (change: object) => world.stores.connections.change(_id, () => change);
    await connection({ status: 'PAUSED' });
    assert.equal(await makes(day), 'CONNECTION_PAUSED');
    const paused = await report(day);
    assert.deepEqual(
      [paused.kind, paused.detail],
      ['a', `The connection "${_id}" is paused: its app is not asked.`],
    );
    await connection({ status: 'STARTED', ownCode: 8 });
    assert.equal(await makes(day, 'retry'), 'GRANT_REVOKED');
    assert.equal((await report(day)).kind, 'a');
    await connection({ ownCode: null });
    shop.control.revoke('west');
    assert.equal(await makes(day, 'retry'), 'GRANT_REVOKED');
    assert.equal((await report(day)).kind, 'b', 'the app was asked, and refused');
    await scene.consent();
    assert.equal(await makes(day, 'retry'), 'created');
    await connection({ ownCode: 26 });
    assert.equal(await makes(day, 'hand'), 'CONNECTION_GONE');
    const after26 = await report(day);
    assert.deepEqual([after26.kind, after26.revision], ['c', 1]);
    await connection({ ownCode: null });
  });

  test('what cannot be asked for is refused where the type is made', async () => {
    const { connection } = scene;
    const definition = { ...storefrontDefinition, id: 'other', reports: [] };
    const other = await world.started({ definition, baseUrl: shop.url });
    const source = (report: string, id = connection._id) =>
      ({ from: 'app', connection: id, report }) as const;
    const records = (dateField: string) =>
      ({ from: 'records', connection: connection._id, resource: 'orders', dateField }) as const;
    await served(world, scene, async (client) => {
      const id = `refused-${connection._id}`;
      for (const [body, words] of [
        [{ source: source('stock') }, /storefront has no report "stock"; it has sales, sales_export/],
        [
          { source: source('sales', other._id) },
          /other has no report "sales".*storefront has a report "sales"/,
        ],
        [{ source: source('sales'), realTime: true }, /the app is asked for the report of a date/],
        [{ source: source('sales'), reportTypeId: 'stock' }, /must be "sales" as the report of the source/],
        [{ source: records('orderdate') }, /has a field "orderdate"\. Fields with a date: order_date/],
      ] as const)
        await assert.rejects(client.createReportType({ id, ...body }), words);
      const { reportType } = await client.createReportType({ id, source: records('ship_date') });
      assert.equal(reportType.reportTypeId, null);
      const changed = await client.updateReportType(id, { source: source('sales') });
      assert.equal(changed.reportType.reportTypeId, 'sales');
      const moved = await client.updateReportType(id, { reportTypeId: 'sales_export' });
      assert.deepEqual(moved.reportType.source, { ...source('sales_export') });
    });
  });
});
