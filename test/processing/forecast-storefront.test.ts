import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Forecaster } from '../../activities/processing/forecasting/pool.ts';
import { createForecaster } from '../../activities/processing/forecasting/pool.ts';
import { forecastConnection } from '../../activities/processing/forecasting/stage.ts';
import type { JsonObject } from '../../domain/json.ts';
import { readOrders } from '../../examples/storefront/orders.ts';
import type { CurrentForecastDoc } from '../../stores/model.ts';
import { openTestStores } from '../stores/support.ts';
import { storefrontWithMetrics } from '../support/storefront.ts';
import { createScene } from './datapoints-scene.ts';

const stores = await openTestStores();
const forecaster: Forecaster = createForecaster();
after(() => forecaster.stop());

test('a company of the storefront has its forecasts from its records, and a later session makes none again', async (t) => {
  const scene = await createScene(stores, { timeZone: 'America/Los_Angeles' });
  scene.define(storefrontWithMetrics.metrics);
  const rows = readOrders().filter(({ region }) => region === 'South');
  const doing = Object.fromEntries(rows.map((row) => [String(row.row_id), row as unknown as JsonObject]));
  const run = async (session: string) => {
    const input = await scene.inputOf(session);
    const before = process.cpuUsage();
    const counts = await forecastConnection({ ...input, ports: { ...input.ports, forecaster } });
    const { user, system } = process.cpuUsage(before);
    t.diagnostic(`${JSON.stringify(counts)} in ${((user + system) / 1e6).toFixed(2)} s of processor time`);
    return counts;
  };
  const first = await scene.pass(doing);
  const counts = await run(first.session);
  assert.ok('series' in counts && counts.series === counts.made && (counts.series ?? 0) > 30);
  const sales = (await scene.analysis.forecasts.get('sales/USD')) as CurrentForecastDoc;
  t.diagnostic(sales.sentence);
  assert.ok(sales.outcome.outcome === 'forecast');
  assert.equal(sales.outcome.points[0]?.start, '2018-01-01');
  assert.match(
    sales.sentence,
    /^Sales in January 2018: about [\d,]+ USD expected \(95 %: [\d,]+ to [\d,]+ USD\)/,
  );
  assert.match(sales.sentence, /The newest data are of December 2017; the forecast goes on from there\.$/);

  const [row] = rows;
  const second = await scene.pass({
    [String(row?.row_id)]: { ...row, customer_name: 'New Name' } as unknown as JsonObject,
  });
  const again = await run(second.session);
  assert.ok('made' in again && again.made === 0 && again.unchanged === counts.series);
});
