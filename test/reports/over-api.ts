import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import { createApi } from '../../client/api/create-api.ts';
import { createTributaryClient, type TributaryClient } from '../../client/tributary-client.ts';
import { readOrders } from '../../examples/storefront/orders.ts';
import { tributary } from '../client/cli-process.ts';
import { localEgress } from '../support/egress.ts';
import type { World } from '../support/world.ts';
import { order, type ReportScene, reportScene } from './support.ts';

export const token = 'a-token-of-the-tests';

/** An API over the world, as people reach it. */
export async function served<T>(
  world: World,
  scene: Pick<ReportScene, 'reports'>,
  use: (client: TributaryClient, url: string) => Promise<T>,
): Promise<T> {
  const { stores, secrets, definitions } = world;
  const api = createApi({
    ...{ stores, secrets, token, egress: localEgress, definitions: () => definitions },
    ...{ sessions: world.sessions(), dispatcher: { nudge: () => undefined }, reports: scene.reports },
    ...{ publicUrl: () => 'http://tributary.example', log: pino({ level: 'silent' }) },
  });
  const url = await api.listen({ host: '127.0.0.1', port: 0 });
  try {
    return await use(createTributaryClient({ url, token }), url);
  } finally {
    await api.close();
  }
}

/** What people do with reports; they share the world of the file that calls this. */
export function testsOverApi(world: () => World): void {
  test('a month of daily sales reports of the storefront is filled by one command', async () => {
    const scene = await reportScene(world());
    const month = readOrders().filter(({ order_date }) => order_date.startsWith('2017-11'));
    await scene.session(Object.fromEntries(month.map((row) => [String(row.row_id), { ...row }])));
    const byDay = new Map<string, unknown[]>();
    for (const row of month) byDay.set(row.order_date, [...(byDay.get(row.order_date) ?? []), row]);
    await served(world(), scene, async (client, url) => {
      const { reportType } = await client.createReportType({
        id: `sales_report-${scene.connection._id}`,
        name: 'Sales',
        repeatAfterDays: 21,
        source: {
          ...{ from: 'records', connection: scene.connection._id, resource: 'orders' },
          dateField: 'order_date',
        },
      });
      const span = ['--from', '2017-11-01', '--to', '2017-11-30'];
      const env = { TRIBUTARY_URL: url, TRIBUTARY_TOKEN: token };
      const { stdout, stderr } = await tributary(['report', 'fill', reportType.id, ...span], env);
      assert.match(stdout, /30 reports are being made/, stderr);
      const { entries, counts } = await client.reportCalendar(reportType.id, {
        ...{ from: '2017-11-01', to: '2017-11-30' },
      });
      for (const { slot, state } of entries) assert.equal(state, byDay.has(slot) ? 'created' : 'empty', slot);
      assert.equal(counts.created, byDay.size);
      const { types } = await client.listReports({ type: reportType.id });
      const rows = new Map(types[0]?.reports.map(({ slot, rows: count }) => [slot, count]));
      for (const [day, some] of byDay) assert.equal(rows.get(day), some.length, day);
      const again = await client.fillReports(reportType.id, { from: '2017-11-01', to: '2017-11-30' });
      assert.equal(again.slots.length, 30 - byDay.size, 'nothing is made twice');
    });
  });

  test('a report is read as JSON, CSV and a page; formulas and markup in it do nothing', async () => {
    const scene = await reportScene(world());
    await scene.session({ o1: { ...order('2026-03-01', 10), note: '=1+1' }, '<b>': order('2026-03-01', 2) });
    const source = { ...scene.type.source, fields: ['amount', 'note'] };
    await world().stores.reportTypes.change(scene.type._id, () => ({ source }) as never);
    await scene.makes('2026-03-01');
    await served(world(), scene, async (client) => {
      const { report, rows, next } = await client.getReport(scene.type._id, '2026-03-01', { limit: 1 });
      assert.deepEqual([report.status, rows.length, next], ['created', 1, '<b>']);
      const rest = await client.getReport(scene.type._id, '2026-03-01', { after: '<b>' });
      assert.deepEqual(rest.rows, [{ key: 'o1', data: { amount: 10, note: '=1+1' } }]);
      const csv = await client.reportCsv(scene.type._id, '2026-03-01');
      assert.equal(csv, "key,amount,note\r\n<b>,2,\r\no1,10,'=1+1\r\n");
      const page = await client.reportPage(scene.type._id, '2026-03-01');
      assert.match(page, /&lt;b&gt;/);
      assert.doesNotMatch(page, /<b>/);
    });
  });

  test('edits leave a row in Logs, and what cannot be is refused where the person looks', async () => {
    const scene = await reportScene(world());
    const id = scene.type._id;
    await served(world(), scene, async (client) => {
      const off = await client.updateReportType(id, { status: 'Inactive' });
      assert.deepEqual(off.effects, [
        'status: "Active" is now "Inactive".',
        'Nothing of it is due any more; a report that is being made is finished.',
      ]);
      const [line] = await world().stores.logs.list({ subject: `report-type/${id}`, limit: 5 });
      assert.match(line?.text ?? '', /changed it\. status: "Active" is now "Inactive"\./);
      await assert.rejects(client.fillReports(id, { from: '2026-03-01', to: '2026-03-02' }), {
        code: 'REPORT_TYPE_INACTIVE',
      });
      for (const [change, words] of [
        [{ offset: 1 }, /no report of a day to come/],
        [{ addToDatapoints: true }, /at least one number/],
        [{ realTime: true, repeatAfterDays: 3 }, /cannot be made again/],
        [
          {
            source: {
              from: 'records',
              connection: scene.connection._id,
              resource: 'nothing',
              dateField: 'day',
            },
          },
          /no resource nothing/,
        ],
      ] as const)
        await assert.rejects(client.updateReportType(id, change), words);
      await client.updateReportType(id, { status: 'Active' });
      await assert.rejects(client.fillReports(id, { from: '2026-03-01', to: '2999-01-01' }), /still to come/);
      await assert.rejects(client.runReport(id, '2999-01-01'), /still to come/);
    });
  });

  test('a cleared failure leaves the list, waits for its time, and alerts anew when it fails again', async () => {
    const scene = await reportScene(world());
    const id = scene.type._id;
    await scene.makes('2026-03-01');
    await served(world(), scene, async (client) => {
      const mine = async () =>
        (await client.failedReports()).reports.filter(({ type }) => type === id).map(({ kind }) => kind);
      assert.deepEqual(await mine(), ['b']);
      const cleared = await client.clearReportFail(id, '2026-03-01');
      assert.deepEqual([cleared.status, cleared.fail, cleared.kind], ['due', false, null]);
      assert.deepEqual(await mine(), []);
      await assert.rejects(client.clearReportFail(id, '2026-03-01'), { code: 'REPORT_NOT_FAILED' });
      assert.equal((await client.retryReport(id, '2026-03-01')).decision, 'started');
      assert.equal(await scene.result('2026-03-01'), 'REPORT_EMPTY');
      assert.equal((await scene.alert('2026-03-01', 2))?.status, 'open');
      assert.deepEqual(await mine(), ['b']);
    });
  });
}
