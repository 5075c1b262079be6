import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createForecaster } from '../../activities/processing/forecasting/pool.ts';
import { createTributaryClient, type TributaryClient } from '../../client/tributary-client.ts';
import { tributary } from '../client/cli-process.ts';
import { noStore, startTestApi, type TestApi, token } from '../client/support.ts';
import { forecastScene, lively, monthOf, months, seriesDoc } from './forecast-scene.ts';

describe('forecasts', { skip: noStore }, () => {
  let t: TestApi;
  let url: string;
  let client: TributaryClient;
  let id: string;
  const forecaster = createForecaster();
  before(async () => {
    t = await startTestApi();
    url = await t.api.listen({ host: '127.0.0.1', port: 0 });
    client = createTributaryClient({ url, token });
    const scene = await forecastScene(t.stores, forecaster);
    id = scene.id;
    const sales = { metric: 'sales', currency: 'USD' };
    const furniture = { ...sales, dimension: { field: 'category', value: 'Furniture & more' } };
    const write = (count: number) =>
      scene.write([
        seriesDoc(months(count, lively), sales),
        seriesDoc(months(count, lively), furniture),
        seriesDoc(months(3, lively)),
      ]);
    await write(36);
    await scene.run(await scene.open(), monthOf(36));
    await write(38);
    await scene.run(await scene.open(), monthOf(38));
  });
  after(async () => {
    await forecaster.stop();
    await t.stop();
  });

  test('are listed with sentence, quality and track record, by metric and dimension on request', async () => {
    const { metrics, forecasts, leftOut } = await client.forecasts(id);
    assert.deepEqual(
      forecasts.map(({ series }) => series),
      ['sales/USD', 'orders', 'sales/USD/category=Furniture & more'],
    );
    assert.deepEqual(leftOut, []);
    const [sales, orders] = forecasts;
    assert.equal(sales?.first, '2017-03-01');
    assert.equal(sales?.next?.start, '2017-03-01');
    assert.match(sales?.sentence ?? '', /^Sales in March 2017: about 1,\d+ USD expected/);
    assert.ok(sales?.mase && sales.mase < 1);
    assert.deepEqual([sales?.record.forecasts, sales?.record.periods], [1, 2]);
    assert.equal(orders?.reason, 'TOO_SHORT');
    assert.equal(orders?.next, null);
    assert.deepEqual(
      metrics.map(({ metric, series, record }) => [metric, series, record.periods]),
      [
        ['sales', 2, 4],
        ['orders', 1, 0],
      ],
    );
    const byCategory = await client.forecasts(id, { metric: 'sales', dimension: 'category' });
    assert.deepEqual(
      byCategory.forecasts.map(({ dimension }) => dimension?.value),
      ['Furniture & more'],
    );
  });

  test('one has its periods, what was tried, the past, and how the earlier ones did', async () => {
    const one = await client.forecast(id, 'sales/USD/category=Furniture & more');
    assert.equal(one.points.length, 6);
    assert.equal(one.recent.length, 38);
    assert.deepEqual(one.recent.at(-1), { start: '2017-02-01', value: lively(37), cleaned: null });
    assert.ok((one.backtest?.candidates.length ?? 0) >= 4);
    assert.deepEqual(
      one.earlier.map(({ first, came }) => [first, came]),
      [
        ['2017-03-01', 0],
        ['2017-01-01', 2],
      ],
    );
    assert.equal((await t.get(`/api/connections/${id}/forecasts/one?series=~`)).statusCode, 404);
    assert.equal((await t.get(`/api/connections/${id}/forecasts/one?series=sales`)).statusCode, 404);
    assert.equal((await t.get(`/api/connections/${id}/forecasts/one`)).statusCode, 400);
  });

  test('the command line shows the periods of a metric, its sentence and its track record', async () => {
    const { code, stdout } = await tributary(['forecast', id, 'sales'], {
      TRIBUTARY_URL: url,
      TRIBUTARY_TOKEN: token,
    });
    assert.equal(code, 0);
    assert.match(stdout, /^Sales, by month, in USD\nPERIOD +EXPECTED +80 % FROM/);
    assert.match(stdout, /\n2017-03-01 +1,\d+/);
    assert.match(stdout, /\nSales in March 2017: about/);
    assert.match(stdout, /Track record: Of 2 forecast periods that have come,/);
  });
});
