import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { pino } from 'pino';
import { directoryId } from '../../activities/processing/forecasting/keep.ts';
import { forecastConnection } from '../../activities/processing/forecasting/stage.ts';
import { createApi } from '../../client/api/create-api.ts';
import { createTributaryClient, type TributaryClient } from '../../client/tributary-client.ts';
import type { DestinationTarget, ReportMetric } from '../../domain/report-target.ts';
import type { ForecastDirectoryDoc, SessionDoc } from '../../stores/model.ts';
import { analysisInput } from '../processing/analysis-input.ts';
import { localEgress } from '../support/egress.ts';
import { startWorld, type World } from '../support/world.ts';
import { type AirtableSyncs, startAirtableSyncs } from '../syncs/airtable-scene.ts';
import { order, type ReportScene, reportScene } from './support.ts';

const day = '2026-03-01';
const columns = [
  { name: 'amount', type: 'number', field: 'amount' },
  { name: 'day', type: 'text', field: 'day' },
] as const;

describe('reports to a destination and to the datapoints', { concurrency: 3 }, () => {
  let world: World;
  let airtable: AirtableSyncs;
  let made = 0;
  before(async () => {
    world = await startWorld();
    airtable = await startAirtableSyncs(world);
  });
  after(async () => {
    await airtable?.stop();
    await world?.stop();
  });

  /** A destination of the base, and a table for the reports of a type; nothing was made yet. */
  async function place(): Promise<DestinationTarget> {
    const object = `Reports ${++made}`;
    const id = `base-${made}-${process.pid}`;
    const at = new Date();
    await world.stores.destinations.create({
      ...{
        _id: id,
        kind: 'airtable',
        name: 'Base',
        quota: null,
        slots: 1,
        seq: 0,
        createdAt: at,
        updatedAt: at,
      },
      configuration: { base: airtable.base.id, endpointUrl: airtable.server.url },
      secret: world.secrets.seal({ token: airtable.token }, `destination/${id}`),
    });
    return { kind: 'destination', destinationId: id, object, keyField: 'Report Row', columns };
  }
  const addTable = (object: string) =>
    airtable.base.addTable(object, [
      { name: 'Report Row', type: 'singleLineText' },
      { name: 'Report Date', type: 'date', options: { dateFormat: { name: 'iso' } } },
      { name: 'Report Type', type: 'singleLineText' },
      { name: 'amount', type: 'number', options: { precision: 2 } },
      { name: 'day', type: 'singleLineText' },
    ]);
  /** Requests that wrote into a table. */
  const writes = (object: string) => {
    const { id } = airtable.base.table(object);
    const to = airtable.server.seen.filter(({ path }) => path.includes(id));
    return {
      put: to
        .filter(({ method }) => method === 'PATCH')
        .flatMap(({ body }) => JSON.parse(body).records as unknown[]),
      deleted: to.filter(({ method }) => method === 'DELETE').length,
    };
  };
  const amounts = (object: string) =>
    Object.fromEntries(
      airtable.base.rows(object).map((row) => [String(row['Report Row']).split('/').at(-1), row.amount]),
    );

  test('a report is put into a table, and its repeat sends only what changed', async () => {
    const target = await place();
    const { object } = target;
    addTable(object);
    const scene = await reportScene(world, { target, repeatAfterDays: 21, restatementThreshold: 1 });
    const next = '2026-03-02';
    const orders = { o1: order(day, 1), o2: order(day, 2), o3: order(day, 3), o4: order(day, 4) };
    await scene.session({ ...orders, p1: order(next, 8), p2: order(next, 9) });
    // Two deliveries at one table at once: neither waits for the other, and nothing is doubled or lost.
    assert.deepEqual(await Promise.all([day, next].map((one) => scene.makes(one))), ['created', 'created']);
    assert.deepEqual(amounts(object), { o1: 1, o2: 2, o3: 3, o4: 4, p1: 8, p2: 9 });
    assert.equal(airtable.base.rows(object).length, 6);
    const first = await scene.report(day);
    assert.equal(first.delivery?.counts.inserted, 4);
    assert.ok(first.delivery?.endedAt);
    assert.equal(Object.keys(await scene.current(day)).length, 4, 'the store has them too');
    assert.deepEqual(
      airtable.base.rows(object).find(({ amount }) => amount === 1),
      {
        ...{ 'Report Row': `${scene.type._id}/${day}/o1`, 'Report Date': day },
        ...{ 'Report Type': scene.type._id, amount: 1, day },
      },
    );
    const before = writes(object).put.length;
    await scene.session({ o1: order(day, 10), o5: order(day, 5) }, ['o2']);
    assert.equal(await scene.makes(day, 'repeat'), 'created');
    const { delivery } = await scene.report(day);
    assert.deepEqual(delivery?.counts, {
      ...{ inserted: 1, updated: 1, removed: 1, unchanged: 2, rejected: 0, kept: 0 },
    });
    assert.equal(writes(object).put.length - before, 2);
    assert.equal(writes(object).deleted, 1);
    assert.deepEqual(amounts(object), { o1: 10, o3: 3, o4: 4, o5: 5, p1: 8, p2: 9 });
  });

  test('an outage is failure a with its rows in the store, of a repeat c; a retry delivers', async () => {
    const target = await place();
    const { object } = target;
    addTable(object);
    const scene = await reportScene(world, { target, repeatAfterDays: 21, restatementThreshold: 1 });
    await scene.session({ o1: order(day, 1), o2: order(day, 2) });
    await world.stores.destinations.change(target.destinationId, () => ({
      configuration: { base: airtable.base.id, endpointUrl: 'http://127.0.0.1:1' },
    }));
    assert.equal(await scene.makes(day), 'DESTINATION_UNREACHABLE');
    const failed = await scene.report(day);
    assert.deepEqual([failed.kind, failed.lastUpdated, failed.revision, failed.fail], ['a', null, 0, true]);
    assert.deepEqual(Object.keys(await scene.current(day)), ['o1', 'o2']);
    assert.equal((await scene.alert(day, 1))?.title, `Report ${scene.type.name} failed`);

    const works = { base: airtable.base.id, endpointUrl: airtable.server.url };
    await world.stores.destinations.change(target.destinationId, () => ({ configuration: works }));
    assert.equal(await scene.makes(day, 'retry'), 'created');
    assert.deepEqual(amounts(object), { o1: 1, o2: 2 });
    const [revision] = await world.stores.reports.revisions(failed._id);
    assert.deepEqual([revision?.number, revision?.added], [1, 2]);
    assert.equal(await scene.stored(), 2);

    await scene.session({ o1: order(day, 9) });
    airtable.base.removeTable(object);
    assert.equal(await scene.makes(day, 'repeat'), 'DESTINATION_GONE');
    const again = await scene.report(day);
    assert.deepEqual([again.kind, again.revision, again.updateRepeated], ['c', 1, null]);
    assert.match(again.detail ?? '', /has no table/);
    assert.deepEqual((await scene.current(day)).o1, { day, amount: 1 });
  });

  test('rejected rows are told in the words of the destination; none that arrives is a failure', async () => {
    const target = await place();
    const { object } = target;
    addTable(object);
    const scene = await reportScene(world, { target });
    await scene.session({ o1: order(day, 1), o2: { day, amount: 'much' }, o3: order('2026-03-02', 1) });
    assert.equal(await scene.makes(day), 'created');
    const { delivery } = await scene.report(day);
    assert.deepEqual([delivery?.counts.inserted, delivery?.counts.rejected], [1, 1]);
    assert.match(delivery?.rejected[0]?.message ?? '', /amount: "much" is no number/);
    assert.match((await scene.alert(day, 'rejected/1'))?.reason ?? '', /1 rows of .* were rejected/);

    for (const n of [1, 2])
      airtable.base.insert(object, { 'Report Row': `${scene.type._id}/2026-03-02/o3`, amount: n });
    assert.equal(await scene.makes('2026-03-02'), 'ROWS_REJECTED');
    const failed = await scene.report('2026-03-02');
    assert.equal(failed.kind, 'a');
    assert.equal(failed.delivery?.rejected[0]?.key, 'o3');
  });

  test('the numbers of reports are series that repeats correct, and forecasting takes them', async () => {
    const datapoints: ReportMetric[] = [
      { metric: 'amount', field: 'amount', dimension: 'name', currency: null },
      { metric: 'orders', field: null, dimension: null, currency: null },
    ];
    const scene = await reportScene(world, { addToDatapoints: true, datapoints, restatementThreshold: 1 });
    await world.stores.reportTypes.change(scene.type._id, () => ({
      source: { ...scene.type.source, fields: ['name', 'amount'] } as never,
    }));
    const days = ['2026-03-01', '2026-03-02', '2026-03-03'];
    const orders = days.flatMap((one, n) => [
      [`a${n}`, order(one, 10 + n)] as const,
      [`b${n}`, { ...order(one, 1), name: 'Desk' }] as const,
    ]);
    await scene.session(Object.fromEntries(orders));
    // All at the same time: none may lose the point of another.
    assert.deepEqual(await Promise.all(days.map((one) => scene.makes(one))), [
      'created',
      'created',
      'created',
    ]);
    const { series, forecasts, facts } = world.stores.analysis.of(scene.connection._id, 1);
    const id = `report/${scene.type._id}/amount`;
    const values = async (of = id) => (await series.get(of))?.points.map(({ value }) => value);
    assert.deepEqual(await values(), [11, 12, 13]);
    assert.deepEqual(await values(`${id}/-/name=Desk`), [1, 1, 1]);
    assert.deepEqual(await values(`report/${scene.type._id}/orders`), [2, 2, 2]);

    await scene.session({ a1: order('2026-03-02', 20) }, ['b1']);
    assert.equal(await scene.makes('2026-03-02', 'hand'), 'created');
    assert.deepEqual(await values(), [11, 20, 13]);
    assert.deepEqual(await values(`${id}/-/name=Desk`), [1, 1]);

    const connection = await world.stores.connections.get(scene.connection._id);
    assert.ok(connection);
    const session = {
      _id: `${connection._id}.3`,
      generation: 1,
      number: 3,
      openedAt: new Date(),
    } as SessionDoc;
    const definition = world.definitions.get(connection.app);
    assert.ok(definition);
    const forecaster = {
      forecast: async () => ({ outcome: 'none', reason: 'TOO_SHORT', sentence: 'Short.' }),
    };
    const input = analysisInput({
      ...{ session, connection, definition },
      ports: { stores: world.stores, forecaster } as never,
    });
    const counts = await forecastConnection(input);
    assert.equal('series' in counts && counts.series, 4);
    const directory = (await forecasts.get(directoryId)) as ForecastDirectoryDoc | null;
    assert.ok(directory?.series.includes(id));
    assert.deepEqual(await values(), [11, 20, 13], 'a session leaves them as they are');

    // What was there before the type added to the datapoints comes with the next session; what is taken out goes.
    await series.drop();
    await facts.drop();
    const [amount] = datapoints;
    await world.stores.reportTypes.change(scene.type._id, () => ({ datapoints: amount ? [amount] : [] }));
    await forecastConnection(input);
    assert.deepEqual(await values(), [11, 20, 13]);
    assert.equal(await series.get(`report/${scene.type._id}/orders`), null);
    await world.stores.reportTypes.change(scene.type._id, () => ({ addToDatapoints: false }));
    await forecastConnection(input);
    assert.equal(await series.count(), 0);
  });

  test('the API makes what a target lacks, refuses what cannot be, and shows the delivery', async () => {
    const target = await place();
    const scene = await reportScene(world);
    await scene.session({ o1: order(day, 1) });
    await served(world, scene, async (client) => {
      const id = `over-api-${scene.connection._id}`;
      const to = { kind: 'destination', destination: target.destinationId, object: target.object } as const;
      const wanted = {
        id,
        source: {
          from: 'records' as const,
          ...{ connection: scene.connection._id, resource: 'orders', dateField: 'day' },
          fields: ['day', 'amount'],
        },
        target: { ...to, columns: [{ name: 'amount', type: 'number' as const }] },
      };
      await assert.rejects(
        client.createReportType({ ...wanted, target: { ...to, destination: 'nowhere' } }),
        /there is no destination "nowhere"/,
      );
      await assert.rejects(
        client.createReportType({
          ...wanted,
          target: { ...to, columns: [{ name: 'Report Date', type: 'text' }] },
        }),
        /"Report Date" twice/,
      );
      const { reportType, effects } = await client.createReportType(wanted);
      assert.match(effects.join(' '), /Made at the destination: The table/);
      assert.deepEqual(reportType.target, {
        ...{ ...to, keyField: 'Report Row', columns: [{ name: 'amount', type: 'number', field: 'amount' }] },
      });
      await assert.rejects(
        client.updateReportType(id, { target: { ...to, columns: [{ name: 'amount', type: 'boolean' }] } }),
        { code: 'TARGET_UNFIT' },
      );
      await assert.rejects(client.removeDestination(to.destination), { code: 'DESTINATION_IN_USE' });
      await client.runReport(id, day);
      await world.client.workflow.getHandle(`report/${id}/${day}`).result();
      const { report } = await client.getReport(id, day, { limit: 1 });
      assert.deepEqual(
        [report.delivery?.destination, report.delivery?.object, report.delivery?.counts.inserted],
        [to.destination, to.object, 1],
      );
      await assert.rejects(client.updateReportType(id, { addToDatapoints: true }), /at least one number/);
      const adds = await client.updateReportType(id, {
        ...{ addToDatapoints: true, datapoints: [{ metric: 'sales', field: 'amount' }] },
      });
      assert.deepEqual(adds.reportType.datapoints, [
        { metric: 'sales', field: 'amount', dimension: null, currency: null },
      ]);
    });
  });
});

async function served<T>(
  { stores, secrets, definitions, sessions, drivers }: World,
  { reports }: ReportScene,
  use: (client: TributaryClient) => Promise<T>,
): Promise<T> {
  const token = 'a-token-of-the-tests';
  const api = createApi({
    ...{ stores, secrets, token, egress: localEgress, definitions: () => definitions, reports },
    ...{ sessions: sessions(), dispatcher: { nudge: () => undefined } },
    ...{ publicUrl: () => 'http://tributary.example', log: pino({ level: 'silent' }) },
    delivery: {
      driver: (kind) => {
        const driver = drivers[kind];
        if (driver === undefined) throw new Error(`no driver of ${kind}`);
        return driver;
      },
      context: {
        egress: localEgress,
        turn: stores.limiter.takeTurn,
        allow: { folders: [], executables: {} },
        now: () => new Date(),
      },
    },
  });
  const url = await api.listen({ host: '127.0.0.1', port: 0 });
  try {
    return await use(createTributaryClient({ url, token }));
  } finally {
    await api.close();
  }
}
