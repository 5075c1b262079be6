import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { directoryId } from '../../activities/processing/forecasting/keep.ts';
import type { JsonValue } from '../../domain/json.ts';
import { type Substage, substages } from '../../domain/session.ts';
import { readOrders } from '../../examples/storefront/orders.ts';
import type { ForecastDoc, SessionDoc } from '../../stores/model.ts';
import { pagedDefinition, startPagedApp } from '../support/paged-app.ts';
import { storefrontWithMetrics } from '../support/storefront.ts';
import { startWorld, tester, type World } from '../support/world.ts';

const broken = { _id: directoryId, kind: 'directory', series: 5 } as unknown as ForecastDoc;

describe('processing in a session', () => {
  let world: World;
  before(async () => {
    world = await startWorld();
  });
  after(() => world.stop());

  it('runs all five; a retry goes on at the one that failed, and one that a person skips is shown as skipped', async (t) => {
    const rows = readOrders().filter(({ region }) => region === 'South');
    const app = await startPagedApp<string>({
      resources: { orders: rows as unknown as JsonValue[] },
      pageSize: 1_000,
    });
    t.after(() => app.stop());
    const { resources, metrics } = storefrontWithMetrics;
    const paged = pagedDefinition({ id: 'shop-with-metrics' });
    const [orders] = paged.resources;
    const [{ key, schema, freshnessField } = {}] = resources;
    const definition = {
      ...paged,
      metrics,
      resources: [{ ...orders, key, schema, freshnessField }],
    } as typeof paged;
    const { _id: id, generation } = await world.started({ definition, baseUrl: app.url, unattended: true });
    const connection = await world.stores.connections.get(id);
    assert.ok(connection);
    const port = world.sessions();
    const load = () => port.startSession(connection, { kind: 'load', by: tester });
    const { forecasts } = world.stores.analysis.of(id, generation);
    const stateOf = ({ substages: of }: SessionDoc, which: Substage) => of[which]?.status;

    await forecasts.putMany([broken]);
    await load();
    const failed = await world.reaches(id, 17);
    assert.equal(failed.reason, 'SUBSTAGE_FAILED');
    assert.match(failed.detail ?? '', /^forecasting: /);
    assert.deepEqual(
      substages.map((one) => stateOf(failed, one)),
      ['done', 'failed', undefined, undefined, undefined],
    );
    await forecasts.remove([directoryId]);
    await port.call(failed._id, 'retry', { by: tester });
    const synced = await world.reaches(id, 19);
    assert.deepEqual(
      substages.map((one) => stateOf(synced, one)),
      substages.map(() => 'done'),
    );
    assert.deepEqual(synced.substages.monitoring, failed.substages.monitoring, 'not done twice');
    const found = ({ substages: of }: SessionDoc) =>
      [
        of.monitoring?.counts?.checks,
        of.forecasting?.counts?.made,
        of.insights?.counts?.found,
        of.benchmarking?.counts?.figures,
        of.historicalDataCleaning?.counts?.looked,
      ].map((count = 0) => count > 0);
    assert.deepEqual(found(synced), [true, true, true, true, true], JSON.stringify(synced.substages));
    assert.deepEqual((await world.path(synced._id)).slice(-4), [17, 16, 18, 19]);
    await world.closes(id);

    await forecasts.putMany([broken]);
    await load();
    const again = await world.reaches(id, 17, ({ number }) => number === 2);
    await port.call(again._id, 'skip', { by: tester, note: 'not needed today' });
    const skipped = await world.reaches(id, 19);
    assert.deepEqual(
      substages.map((one) => stateOf(skipped, one)),
      ['done', 'skipped', 'done', 'done', 'done'],
    );
    assert.equal(skipped.substages.forecasting?.reason, 'SKIPPED_BY tester: not needed today');
  });
});
