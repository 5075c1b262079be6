import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { AnalysisInput } from '../../activities/processing/analysis.ts';
import { cleanStored } from '../../activities/processing/cleaning/clean-stored.ts';
import { trimRevisions } from '../../activities/processing/cleaning/revisions.ts';
import { createTributaryClient, type TributaryClient } from '../../client/tributary-client.ts';
import type { Datapoint } from '../../domain/datapoints.ts';
import type { RecordDoc, SeriesDoc } from '../../stores/model.ts';
import { tributary } from '../client/cli-process.ts';
import { noStore, startTestApi, type TestApi, token } from '../client/support.ts';
import { allocate, connectionDoc, newId } from '../stores/support.ts';
import { analysisInput } from './analysis-input.ts';
import { changed, madeSeries } from './cleaning-made.ts';
import { seriesDoc, shopWithMetrics } from './forecast-scene.ts';

describe('historical data cleaning', { skip: noStore }, () => {
  let t: TestApi;
  let url: string;
  let client: TributaryClient;
  before(async () => {
    t = await startTestApi();
    url = await t.api.listen({ host: '127.0.0.1', port: 0 });
    client = createTributaryClient({ url, token, actor: 'ada' });
  });
  after(() => t.stop());

  const { series } = madeSeries({ seed: 4, grain: 'month', periods: 48 });
  const spoiled = changed(series, (point, at) =>
    at === 20 ? { ...point, value: 9 * (point.value ?? 0) } : at === 30 ? null : point,
  );
  const [odd, gap] = [series.points[20]?.start ?? '', series.points[30]?.start ?? ''];

  /** A connection whose series a test writes itself. */
  async function scene() {
    const id = newId('cleaning');
    await t.stores.connections.create({ ...connectionDoc(id), resources: [{ id: 'orders', enabled: true }] });
    const input = async (): Promise<AnalysisInput> => {
      const connection = await t.stores.connections.get(id);
      assert.ok(connection);
      const session = await allocate(t.stores, connection, `run-${newId()}`);
      return analysisInput({ ports: { stores: t.stores }, session, connection, definition: shopWithMetrics });
    };
    let writes = 0;
    return {
      id,
      input,
      analysis: t.stores.analysis.of(id, 1),
      /** Stores the series as a session does, and looks at what is due. */
      async clean(docs: readonly SeriesDoc[], asOf = '2023-01-20') {
        writes++;
        const stored = docs.map((doc) => ({ ...doc, changedIn: `${id}.${writes}` }));
        if (stored.length > 0) await t.stores.analysis.of(id, 1).series.putMany(stored);
        return cleanStored(await input(), asOf);
      },
    };
  }
  const sales = (points: readonly Datapoint[]) => seriesDoc(points, { metric: 'sales', currency: 'USD' });

  test('changes are listed beside the raw series, undone and redone by people, and stale after a late row', async () => {
    const { id, clean, analysis } = await scene();
    const part = { metric: 'sales', currency: 'USD', dimension: { field: 'category', value: 'a' } };
    const counts = await clean([sales(spoiled.points), seriesDoc(spoiled.points.slice(0, 5), part)]);
    assert.deepEqual(counts, { series: 2, looked: 2, changed: 2, told: 0, unjudged: 1 });
    assert.equal((await clean([])).looked, 0, 'nothing is due');
    const list = await client.cleaning(id, { metric: 'sales' });
    assert.deepEqual(
      list.changes.map(({ id: change, status, foundIn }) => [change, status, foundIn]),
      [
        [`gap/${gap}`, 'in force', `${id}.1`],
        [`outlier/${odd}`, 'in force', `${id}.1`],
      ],
    );
    assert.deepEqual(list.unjudged, [{ reason: 'TOO_SHORT', series: 1 }]);
    const shown = await client.cleanedSeries(id, 'sales/USD');
    assert.equal(shown.points.length, 48);
    assert.deepEqual(
      shown.points
        .filter(({ raw, cleaned }) => raw !== cleaned)
        .map(({ start, raw, change }) => [start, raw, change]),
      [
        [odd, 9 * (series.points[20]?.value ?? 0), `outlier/${odd}`],
        [gap, null, `gap/${gap}`],
      ],
    );

    const change = `outlier/${odd}`;
    const undone = await client.undoCleaning(id, { series: 'sales/USD', change, why: 'a great order' });
    assert.equal(undone.status, 'undone');
    assert.deepEqual([undone.undone?.by.id, undone.undone?.why], ['ada', 'a great order']);
    const valueAt = async (start: string) =>
      (await client.cleanedSeries(id, 'sales/USD')).points.find((point) => point.start === start)?.cleaned;
    assert.equal(await valueAt(odd), 9 * (series.points[20]?.value ?? 0));
    // A session that finds it again does not forget what a person said, nor by a little late row.
    const nudged = changed(spoiled, (point, at) =>
      at === 20 ? { ...point, value: 1.01 * (point.value ?? 0) } : point,
    );
    await clean([sales(nudged.points)]);
    const byId = async () =>
      new Map((await client.cleaning(id)).changes.map(({ id: one, status }) => [one, status]));
    assert.equal((await byId()).get(change), 'undone');
    const cli = await tributary(['cleaning', 'redo', id, 'sales/USD', change, '--why', 'no', '--url', url], {
      TRIBUTARY_TOKEN: token,
    });
    assert.match(cli.stdout, /in force/);
    assert.notEqual(await valueAt(odd), nudged.points[20]?.value);

    // A late row: the series says something else before the next session looks at it.
    const docs = await analysis.series.getMany(['sales/USD']);
    await analysis.series.putMany(docs.map((doc) => ({ ...doc, points: series.points })));
    assert.deepEqual([...(await byId()).values()], ['stale', 'stale']);
    assert.equal(await valueAt(odd), series.points[20]?.value);
    await clean([sales(series.points)]);
    assert.deepEqual(
      (await client.cleaning(id)).changes.map(({ rule, status }) => [rule, status]),
      [
        ['restated', 'told'],
        ['outlier', 'stale'],
        ['gap', 'stale'],
      ],
    );
    await assert.rejects(
      client.undoCleaning(id, { series: 'sales/USD', change: `restated/${odd}`, why: 'x' }),
      { code: 'INVALID_INPUT' },
    );
    await assert.rejects(client.undoCleaning(id, { series: 'none', change, why: 'x' }), {
      code: 'NOT_FOUND',
    });
    await assert.rejects(client.cleanedSeries(id, 'none'), { code: 'NOT_FOUND' });
  });

  test('a series is looked at again when its open period is over, and forgotten when it is gone', async () => {
    const { clean, analysis } = await scene();
    await clean([sales(series.points)], '2021-12-20');
    assert.equal((await clean([], '2021-12-30')).looked, 0);
    assert.equal((await clean([], '2022-01-02')).looked, 1);
    assert.equal((await clean([], '2022-02-02')).looked, 0);
    await analysis.series.remove(['sales/USD']);
    assert.equal((await clean([])).series, 0);
    assert.equal(await analysis.cleaning.count(), 0);
  });

  test('references to raw rows that are gone leave the records, once a week, and an event says how much', async () => {
    const { id, input } = await scene();
    const records = t.stores.records.of(id, 1, 'orders');
    const version = (session: number) => ({
      session: `${id}.${session}`,
      source: [`${id}.${session}/orders/0`, 1] as const,
      fingerprint: 'f',
    });
    const at = new Date('2026-01-10T00:00:00Z');
    const record = (key: string, sessions: readonly number[]): RecordDoc => ({
      ...{ _id: key, data: { id: key }, fingerprint: 'f', cursor: null, createdIn: `${id}.1` },
      ...{ changedIn: `${id}.9`, countedAt: [0, 0], source: [`${id}.9/orders/0`, 0], updatedAt: at },
      versions: sessions.map(version),
    });
    const stored = [record('a', [8, 3, 2]), record('b', [7]), record('c', [1])];
    await records.putMany(stored);
    assert.equal(await trimRevisions(await input(), at), null, 'nothing was deleted yet');
    await t.stores.connections.change(id, () => ({ rawDeletedThrough: 3 }));
    const trimmed = await trimRevisions(await input(), at);
    assert.deepEqual([trimmed?.records, trimmed?.revisions], [2, 3]);
    assert.ok(trimmed && trimmed.bytes > 100);
    const left = await records.getMany(['a', 'b', 'c']);
    assert.deepEqual(left, [record('a', [8]), stored[1], record('c', [])]);
    await t.stores.connections.change(id, () => ({ rawDeletedThrough: 7 }));
    assert.equal(await trimRevisions(await input(), new Date(at.getTime() + 86_400_000)), null);
    const later = await trimRevisions(await input(), new Date(at.getTime() + 8 * 86_400_000));
    assert.equal(later?.revisions, 1);
    const { events } = await client.listEvents(id);
    assert.deepEqual(
      events.map(({ type, data }) => [type, data.what, data.throughSession, data.revisions]),
      [
        ['SpaceReclaimed', 'revisions', 7, 1],
        ['SpaceReclaimed', 'revisions', 3, 3],
      ],
    );
    assert.match(String(events[1]?.data.sentence), /^3 references of 2 records to raw rows that are gone/);
  });
});
