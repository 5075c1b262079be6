import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { reportPages } from '../../client/cli/connector/report-pages.ts';
import { tryConnector } from '../../client/cli/connector/trial.ts';
import { tokenValue } from '../../connectors/app.ts';
import { createReportSource } from '../../connectors/registry.ts';
import type { SaleRow } from '../../examples/storefront/sales-report.ts';
import type { Storefront } from '../../examples/storefront/server.ts';
import {
  authorizeAt,
  openStorefront,
  storefrontDefinition,
  storefrontSettings,
} from '../support/storefront.ts';

const { signal } = new AbortController();

/** One company's view of the reports of a storefront. */
async function visit(storefront: Storefront, account: string) {
  const { accessToken } = await authorizeAt(storefront.url, account);
  const authorization = tokenValue(storefrontDefinition, accessToken);
  const source = createReportSource(
    { ...storefrontDefinition, rateLimit: undefined },
    storefrontSettings(storefront.url),
    { credentials: { authorization: async () => authorization }, fetch },
  );
  const waits: number[] = [];
  const onWait = (ms: number) => {
    waits.push(ms);
    storefront.control.faults({ requestsPerSecond: 1000 });
  };
  return {
    accessToken,
    source,
    waits,
    get: (path: string, init: RequestInit = {}) =>
      fetch(`${storefront.url}${path}`, { ...init, headers: { authorization } }),
    rows: async (report: string, date: string) => {
      const rows: SaleRow[] = [];
      const request = { report, date, timeZone: 'UTC', signal, onWait };
      for await (const page of reportPages(source, request))
        rows.push(...(page.rows as unknown as SaleRow[]));
      return rows;
    },
  };
}

describe('the sales report', async () => {
  const storefront = await openStorefront({ holdBackDays: 30 });
  storefront.control.faults({ retryAfterSeconds: 0 });
  const west = await visit(storefront, 'west');
  const date = '2017-11-25';

  test('tells the orders of one day, the same by both ways', async () => {
    const rows = await west.rows('sales', date);
    assert.ok(rows.length > 1 && rows.every(({ region, lines }) => region === 'West' && lines > 0));
    assert.equal(new Set(rows.map(({ order_id }) => order_id)).size, rows.length);
    const exported = await west.rows('sales_export', date);
    assert.deepEqual(exported, rows);
    const { total } = (await (await west.get(`/api/reports/sales?date=${date}`)).json()) as { total: number };
    assert.equal(total, rows.length);
  });

  test('of a day without orders has no rows', async () => {
    for (const report of ['sales', 'sales_export'])
      assert.deepEqual(await west.rows(report, '2013-05-05'), []);
  });

  test('restates what was pending, 21 days later', async () => {
    const before = await west.rows('sales', date);
    assert.ok(before.some(({ status }) => status === 'pending'));
    assert.deepEqual(await west.rows('sales', date), before);
    for (let i = 0; i < 21; i++) storefront.control.release();
    const then = await west.rows('sales', date);
    assert.deepEqual(
      then.map(({ order_id }) => order_id),
      before.map(({ order_id }) => order_id),
    );
    assert.ok(
      then.every(({ status, sales }) => status !== 'pending' && (status !== 'cancelled' || sales === 0)),
    );
    for (const [i, row] of before.entries()) if (row.status !== 'pending') assert.deepEqual(then[i], row);
  });

  test('refuses what is no request, and what is not its own', async () => {
    const south = await visit(storefront, 'south');
    const post = (body: string) => west.get('/api/reports', { method: 'POST', body });
    const created = await post(JSON.stringify({ type: 'sales', date }));
    const { id } = (await created.json()) as { id: string };
    assert.equal(created.status, 202);
    assert.deepEqual(
      await Promise.all([
        ...['{', '{"type":"sales"}', '{"type":"stock","date":"2017-11-05"}'].map(post),
        west.get('/api/reports/sales?date=yesterday'),
        west.get('/api/reports/sales'),
        south.get(`/api/reports/${id}`),
        west.get(`/api/reports/${id}/download`),
        west.get('/api/reports/sales', { method: 'DELETE' }),
        west.get('/api/reports/no-such-id'),
        fetch(`${storefront.url}/api/reports/sales?date=${date}`),
      ]).then((answers) => answers.map(({ status }) => status)),
      [400, 400, 400, 400, 400, 404, 409, 405, 404, 401],
    );
  });

  test('fails, is gone, is limited and breaks as the switches say', async () => {
    const { control } = storefront;
    control.faults({ reportFailures: 1 });
    await assert.rejects(west.rows('sales_export', date), {
      code: 'SOURCE_REPORT_FAILED',
      message: /The report could not be made/,
    });
    control.faults({ reportsGone: 1 });
    await assert.rejects(west.rows('sales_export', date), { code: 'SOURCE_REPORT_GONE' });
    control.faults({ serverErrors: 1 });
    await assert.rejects(west.rows('sales', date), { code: 'SOURCE_SERVER_ERROR' });
    control.faults({ cutConnections: 1 });
    await assert.rejects(west.rows('sales', date), { code: 'SOURCE_UNREACHABLE' });
    control.faults({ htmlAnswers: 1 });
    await assert.rejects(west.rows('sales', date), { code: 'SOURCE_BAD_ANSWER' });
    // Nothing is answered until the wait has begun.
    control.faults({ requestsPerSecond: 0.5 });
    assert.ok((await west.rows('sales', date)).length > 0);
    assert.deepEqual(west.waits, [500]);
  });

  test('can be tried on the command line', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'dated-'));
    after(() => rm(folder, { recursive: true }));
    const tokenFile = join(folder, 'token');
    await writeFile(tokenFile, west.accessToken);
    const dated = { reports: storefrontDefinition.reports, date, timeZone: 'UTC' };
    const trial = await tryConnector(storefrontDefinition, [], { baseUrl: storefront.url, tokenFile }, dated);
    assert.deepEqual(
      trial.resources.map(({ resource, unfit, faults, hints }) => [resource, unfit, faults, hints]),
      [
        ['sales', 0, [], []],
        ['sales_export', 0, [], []],
      ],
    );
    assert.ok(trial.ok && trial.resources.every(({ rows }) => rows > 0));
  });
});
