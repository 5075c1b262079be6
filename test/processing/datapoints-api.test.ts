import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createTributaryClient, type TributaryClient } from '../../client/tributary-client.ts';
import { tributary } from '../client/cli-process.ts';
import { noStore, startTestApi, type TestApi, token } from '../client/support.ts';
import { storefrontWithMetrics } from '../support/storefront.ts';
import { createScene, metric } from './datapoints-scene.ts';

describe('datapoints', { skip: noStore }, () => {
  let t: TestApi;
  let url: string;
  let client: TributaryClient;
  let id: string;
  before(async () => {
    const sales = metric({ dimensions: ['region'], currency: { code: 'USD' } });
    const price = metric({ id: 'price', measure: { kind: 'average', field: 'amount' } });
    const definition = { ...storefrontWithMetrics, id: 'counted', metrics: [sales, price] };
    t = await startTestApi({ definitions: [definition] });
    url = await t.api.listen({ host: '127.0.0.1', port: 0 });
    client = createTributaryClient({ url, token });
    const scene = await createScene(t.stores, { app: 'counted' });
    id = scene.connectionId;
    scene.define([sales, price]);
    await scene.pass({
      a: { day: '2024-01-05', amount: 10, region: 'west, far' },
      b: { day: '2024-02-05', amount: 4.5, region: 'east' },
      c: { day: 'soon', amount: 1, region: 'east' },
    });
  });
  after(() => t.stop());

  test('series are listed, with what is not in them', async () => {
    const { session, metrics, series } = await client.listSeries(id, { metric: 'sales' });
    assert.equal(session, 1);
    assert.deepEqual(
      metrics.map((one) => [one.id, one.measure, one.series, one.records, one.uncounted.undated]),
      [['sales', 'sum', 3, 3, 1]],
    );
    assert.deepEqual(
      series.map((one) => [one.id, one.points, one.rows, one.first, one.last]),
      [
        ['sales/USD', 2, 2, '2024-01-01', '2024-02-01'],
        ['sales/USD/region=east', 1, 1, '2024-02-01', '2024-02-01'],
        ['sales/USD/region=west, far', 1, 1, '2024-01-01', '2024-01-01'],
      ],
    );
  });

  test('points are given by dimension, value and time', async () => {
    const { name, series } = await client.datapoints(id, { metric: 'price', from: '2024-02-01' });
    assert.equal(name, 'Sales');
    assert.deepEqual(
      series.map(({ points }) => points),
      [[{ start: '2024-02-01', value: 4.5, rows: 1, sum: 4.5, weight: 1 }]],
    );
    const west = { metric: 'sales', dimension: 'region', value: 'west, far', currency: 'usd' };
    const [only, ...others] = (await client.datapoints(id, west)).series;
    assert.deepEqual([only?.id, others], ['sales/USD/region=west, far', []]);
    assert.deepEqual((await client.datapoints(id, { ...west, currency: 'EUR' })).series, []);
  });

  test('what cannot be asked is refused', async () => {
    await assert.rejects(client.datapoints(id, { metric: 'costs' }), {
      code: 'NOT_FOUND',
      message: /no metric "costs" among sales, /,
    });
    await assert.rejects(client.datapoints(id, { metric: 'sales', value: 'x' }), { code: 'INVALID_INPUT' });
    await assert.rejects(client.datapoints(id, { metric: 'sales', from: 'May' }), { code: 'INVALID_INPUT' });
  });

  test('the command line prints series, periods and CSV', async () => {
    const env = { TRIBUTARY_URL: url, TRIBUTARY_TOKEN: token };
    const list = await tributary(['datapoints', id], env);
    assert.match(list.stdout, /sales +region +west, far +USD +month +1 +1 /);
    assert.match(list.stdout, /sales: 1 record without a date/);
    const csv = await tributary(['datapoints', id, 'sales', '--by', 'region', '--csv'], env);
    assert.equal(
      csv.stdout,
      [
        'start,metric,dimension,value of dimension,currency,value,rows',
        '2024-02-01,sales,region,east,USD,4.5,1',
        '2024-01-01,sales,region,"west, far",USD,10,1\n',
      ].join('\n'),
    );
  });
});
