import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { benchmarkConnection } from '../../activities/processing/benchmarking/stage.ts';
import { createTributaryClient, type TributaryClient } from '../../client/tributary-client.ts';
import type { JsonObject } from '../../domain/json.ts';
import { tributary } from '../client/cli-process.ts';
import { noStore, startTestApi, type TestApi, token } from '../client/support.ts';
import { storefrontWithMetrics } from '../support/storefront.ts';
import { ordersOf, regions } from './benchmark-superstore.ts';
import { createScene, type Scene } from './datapoints-scene.ts';

describe('the benchmark of the four regions', { skip: noStore }, () => {
  let t: TestApi;
  let url: string;
  let client: TributaryClient;
  const scenes = new Map<string, Scene>();
  const sessions = new Map<string, string>();
  const counts: unknown[] = [];
  const scene = (region: string): Scene => {
    const found = scenes.get(region);
    assert.ok(found);
    return found;
  };
  const run = async (region: string) =>
    benchmarkConnection(await scene(region).inputOf(sessions.get(region) ?? ''));

  before(async () => {
    t = await startTestApi({ definitions: [storefrontWithMetrics] });
    url = await t.api.listen({ host: '127.0.0.1', port: 0 });
    client = createTributaryClient({ url, token });
    for (const region of regions) {
      const made = await createScene(t.stores, {
        ...{ company: region.toLowerCase(), app: 'storefront', status: 'STARTED' },
      });
      made.define(storefrontWithMetrics.metrics, 'America/New_York');
      // Two years: enough for all but the level.
      const newest = ordersOf(region).filter(({ order_date }) => order_date >= '2016');
      const rows = newest.map((row) => [String(row.row_id), { ...row } as unknown as JsonObject]);
      const { session } = await made.pass(Object.fromEntries(rows), { refresh: false });
      scenes.set(region, made);
      sessions.set(region, session);
      counts.push(await run(region));
    }
  });
  after(() => t.stop());

  test('is complete with the fourth company, and then shown to each', async () => {
    const [first, , , last] = counts;
    assert.deepEqual(first, { figures: 10, compared: 0, groupTooSmall: 8 });
    assert.deepEqual(last, { figures: 10, compared: 8, groupTooSmall: 0 });
    const places = await Promise.all(
      regions.map(async (region) => {
        const { standings } = await client.getBenchmark(scene(region).connectionId);
        return standings.map(({ figure, position }) => `${figure} ${position?.part}/${position?.of}`);
      }),
    );
    // West and South grew by 33 and 31 %, East and Central by 18 and 0 %; and so on.
    const upper = (figure: string) =>
      regions.filter((_, index) => places[index]?.includes(`${figure} 2/2`) === true);
    assert.deepEqual(upper('sales/growth'), ['West', 'South']);
    assert.deepEqual(upper('margin/average'), ['West', 'East']);
    assert.deepEqual(upper('discount/average'), ['Central', 'South']);
    assert.deepEqual(upper('sales/topTen/customer_id'), ['East', 'South']);
    assert.deepEqual(upper('sales/effective/customer_id'), ['West', 'Central']);
  });

  test('is kept as the session saw it, and a repeated substage changes nothing', async () => {
    const { analysis } = scene('West');
    const stored = await analysis.benchmarks.get(sessions.get('West') ?? '');
    assert.equal(stored?.standings[0]?.gap, 'GROUP_TOO_SMALL');
    const before = await client.getBenchmark(scene('East').connectionId);
    await run('East');
    const { standings } = await client.getBenchmark(scene('East').connectionId);
    assert.deepEqual(standings, before.standings);
  });

  test('is shown by the command line as a table with a sentence each', async () => {
    const env = { TRIBUTARY_URL: url, TRIBUTARY_TOKEN: token };
    const { code, stdout } = await tributary(['benchmark', scene('West').connectionId], env);
    assert.equal(code, 0);
    assert.match(stdout, /^FIGURE +OWN +STANDS +COMPANIES +COMPARED +METHOD\n/);
    assert.match(
      stdout,
      /\nSales: growth +33\.4 % +50 to 100 of 100 +4 +\d{4}-\d\d-\d\d +The last 12 months/,
    );
    assert.match(
      stdout,
      /\nSales grew by 33\.4 % in the 12 months to 2017-12-31: in the upper half of 4 companies\.\n/,
    );
    assert.match(
      stdout,
      /\nDiscount rate was 10\.5 % .*: in the lower half of 4 companies, where less is better\.\n/,
    );
  });

  test('says so where nothing was made yet, or there are no metrics', async () => {
    const made = await createScene(t.stores, { company: 'north', app: 'storefront', status: 'STARTED' });
    const { madeAt, standings } = await client.getBenchmark(made.connectionId);
    assert.deepEqual([madeAt, standings], [null, []]);
    made.define([]);
    const session = await made.open();
    assert.deepEqual(await benchmarkConnection(await made.inputOf(session._id)), { skipped: 'NO_METRICS' });
    assert.equal((await t.get('/api/connections/nobody/benchmark')).statusCode, 404);
  });

  test('is empty for a connection that was disconnected', async () => {
    const { connectionId } = scene('South');
    await t.stores.connections.change(connectionId, () => ({ status: 'DISCONNECTED' }));
    assert.equal((await client.getBenchmark(connectionId)).madeAt, null);
    const { standings } = await client.getBenchmark(scene('West').connectionId);
    assert.deepEqual(
      [standings[0]?.gap, standings[0]?.group],
      ['GROUP_TOO_SMALL', { size: 3, needed: 4, segment: null }],
    );
  });
});
