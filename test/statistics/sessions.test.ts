import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { pino } from 'pino';
import { keepStatistics } from '../../activities/statistics/record.ts';
import { createDispatcher } from '../../client/dispatcher.ts';
import { imbalance } from '../../domain/ledger.ts';
import { addSums, emptySums, hourOf, hoursBetween } from '../../domain/statistics.ts';
import type { IngestionDoc } from '../../stores/model.ts';
import { type Scene, setScene } from '../session/scene.ts';
import { pagedRows } from '../support/paged-app.ts';
import { until } from '../support/until.ts';
import { startWorld, type World } from '../support/world.ts';
import { ingestion } from './rows.ts';

describe('statistics of sessions', { concurrency: 4 }, () => {
  let world: World;
  before(async () => {
    world = await startWorld({ batchRows: 10 });
  });
  after(() => world.stop());

  const rowsOf = async (sessionId: string, ...resources: string[]): Promise<IngestionDoc[]> =>
    world.stores.statistics.many(resources.map((resource) => `${sessionId}/${resource}`));
  const shown = (rows: readonly IngestionDoc[]) =>
    rows.map(({ resource, status, reason, blockedBy }) => [resource, status, reason, [...blockedBy]]);
  /** The sums of a connection over the last hours. */
  const sumsOf = async (connectionId: string) => {
    const hours = hoursBetween(new Date(Date.now() - 7_200_000), new Date(Date.now() + 1));
    const docs = await world.stores.statistics.hours({ connectionIds: [connectionId], hours });
    return addSums(emptySums, ...docs.flatMap(({ resources }) => resources));
  };

  it('rows and ledger agree, and the hour has their sums', async (t) => {
    const scene = await setScene(world, t, {
      resources: ['orders', 'customers'],
      rows: { orders: pagedRows(25), customers: pagedRows(7) },
    });
    await scene.load();
    const { _id } = await world.reaches(scene.id, 19);
    const rows = await rowsOf(_id, 'orders', 'customers');
    assert.deepEqual(shown(rows), [
      ['orders', 'COMPLETED', null, []],
      ['customers', 'COMPLETED', null, []],
    ]);
    for (const row of rows) {
      assert.ok(row.ledger && imbalance(row.ledger) === null);
      assert.equal(row.rows, row.ledger.read);
      assert.equal(row.kind, 'full');
      assert.ok(row.bytes > 0 && row.endedAt !== null && row.endedAt >= row.startedAt);
      assert.equal(row.durationMs, row.endedAt.getTime() - row.startedAt.getTime());
      assert.equal(row.hour, hourOf(row.startedAt));
      const run = (await world.stores.structuring.many(_id, [row.resource]))[0];
      assert.deepEqual(row.ledger, run?.ledger);
    }
    const sums = await sumsOf(scene.id);
    assert.deepEqual(
      { runs: sums.runs, completed: sums.completed, rows: sums.rows },
      { runs: 2, completed: 2, rows: 32 },
    );
  });

  it('a session that fails in 11 fails its runs, a retry puts them back, and no row is counted twice', async (t) => {
    const scene = await setScene(world, t, { resources: ['orders', 'customers'] });
    scene.app.faults.fail = { count: 1, status: 400, resource: 'customers' };
    await scene.load();
    const { _id } = await world.reaches(scene.id, 11);
    assert.deepEqual(shown(await rowsOf(_id, 'orders', 'customers')), [
      ['orders', 'FAILED', 'SOURCE_REFUSED', ['customers']],
      ['customers', 'FAILED', 'SOURCE_REFUSED', []],
    ]);
    assert.equal((await sumsOf(scene.id)).failed, 2);
    scene.app.faults.hold = ['customers'];
    await scene.call('retry');
    assert.deepEqual(shown(await rowsOf(_id, 'orders', 'customers')), [
      ['orders', 'IN_PROGRESS', null, []],
      ['customers', 'IN_PROGRESS', null, []],
    ]);
    assert.equal((await sumsOf(scene.id)).inProgress, 2);
    scene.app.release();
    await world.reaches(scene.id, 19);
    const rows = await rowsOf(_id, 'orders', 'customers');
    assert.deepEqual(shown(rows), [
      ['orders', 'COMPLETED', null, []],
      ['customers', 'COMPLETED', null, []],
    ]);
    const stood = (row: IngestionDoc) =>
      (row.endedAt?.getTime() ?? 0) - row.startedAt.getTime() - (row.durationMs ?? 0);
    assert.ok(
      rows.every((row) => stood(row) > 0),
      'the time in 11 is not theirs',
    );
    const { failed, completed, rows: sum } = await sumsOf(scene.id);
    assert.deepEqual({ failed, completed, sum }, { failed: 0, completed: 2, sum: 40 });
  });

  it('fails with 14 and 23, names the own reason, and keeps what was structured', async (t) => {
    const bad = pagedRows(20).map((row) => ({ ...row, amount: 'none' }));
    const rows = { orders: pagedRows(20), customers: bad };
    const scene = await setScene(world, t, { resources: ['orders', 'customers'], rows });
    await scene.load();
    const { _id } = await world.reaches(scene.id, 14);
    assert.deepEqual(shown(await rowsOf(_id, 'orders', 'customers')), [
      ['orders', 'COMPLETED', null, []],
      ['customers', 'FAILED', 'QUARANTINE_THRESHOLD', []],
    ]);

    const slow = await setScene(world, t, { durations: { noProgressMs: 1_500 } });
    slow.app.faults.hold = true;
    await slow.load();
    const timedOut = await world.reaches(slow.id, 23);
    assert.deepEqual(shown(await rowsOf(timedOut._id, 'orders')), [['orders', 'FAILED', 'NO_PROGRESS', []]]);
    slow.app.release();
  });

  it('is canceled when a person closes the session, with what was loaded until then', async (t) => {
    const scene = await setScene(world, t, { rows: { orders: pagedRows(60) }, pageSize: 10 });
    scene.app.onPage = ({ count }) => {
      if (count === 3) scene.app.faults.hold = true;
    };
    await scene.load();
    await until('a request', async () => (scene.app.waiting() > 0 ? { found: true } : { seen: 'none' }));
    const { _id } = await world.latest(scene.id);
    await scene.call('cancel');
    scene.app.release();
    assert.deepEqual(shown(await rowsOf(_id, 'orders')), [['orders', 'FAILED', 'CANCELED', []]]);
    await scene.call('cancel');
    await world.closes(scene.id);
    const [row] = await rowsOf(_id, 'orders');
    assert.deepEqual([row?.status, row?.rows, row?.ledger], ['CANCELED', 20, null]);
    const { canceled, failed, rows } = await sumsOf(scene.id);
    assert.deepEqual({ canceled, failed, rows }, { canceled: 1, failed: 0, rows: 20 });
  });

  it('is canceled when the connection is disconnected, and stays', async (t) => {
    const scene = await setScene(world, t);
    scene.app.faults.hold = true;
    await scene.load();
    await until('a request', async () => (scene.app.waiting() > 0 ? { found: true } : { seen: 'none' }));
    await scene.port.disconnect(scene.connection, { by: { kind: 'person', id: 'ada' }, keepData: false });
    const { _id } = await world.closes(scene.id);
    scene.app.release();
    assert.deepEqual(shown(await rowsOf(_id, 'orders')), [['orders', 'CANCELED', 'DISCONNECTED', []]]);
  });

  it('ends NOT_FOUND where the app no longer has the resource, and the others go on', async (t) => {
    const scene = await setScene(world, t, {
      resources: ['orders', 'customers', 'returns'],
      onError: { customers: 'continue', returns: 'continue' },
    });
    scene.app.onPage = ({ resource }) => {
      const status = resource === 'customers' ? 404 : resource === 'returns' ? 400 : undefined;
      scene.app.faults.fail = status === undefined ? undefined : { count: 1, status, resource };
    };
    await scene.load();
    const { _id } = await world.reaches(scene.id, 19);
    assert.deepEqual(shown(await rowsOf(_id, 'orders', 'customers', 'returns')), [
      ['orders', 'COMPLETED', null, []],
      ['customers', 'NOT_FOUND', 'SOURCE_RESOURCE_NOT_FOUND', []],
      ['returns', 'FAILED', 'SOURCE_REFUSED', []],
    ]);
    const { completed, notFound, failed } = await sumsOf(scene.id);
    assert.deepEqual({ completed, notFound, failed }, { completed: 1, notFound: 1, failed: 1 });
  });

  /** Eight earlier sessions of a connection, as their statistics have them. */
  async function withPast(scene: Scene, kind: 'full' | 'changes', rows: number) {
    await world.stores.connections.change(scene.id, () => ({ latestSession: 8 }));
    const { company, app, generation } = scene.connection;
    const past = Array.from({ length: 8 }, (_, index) =>
      ingestion({
        ...{ connectionId: scene.id, company, app, generation, resource: 'orders', kind, rows },
        ...{ session: index + 1, startedAt: new Date(Date.now() - (8 - index) * 86_400_000) },
        ...{ durationMs: 3_000 },
      }),
    );
    await world.stores.statistics.put(past);
  }

  it('marks what is unusual against earlier runs that were read in the same way', async (t) => {
    const scene = await setScene(world, t, { rows: { orders: pagedRows(90) } });
    await withPast(scene, 'full', 20);
    await scene.load();
    const full = await world.reaches(scene.id, 19);
    await world.closes(scene.id);
    const [first] = await rowsOf(full._id, 'orders');
    assert.deepEqual([first?.kind, first?.comparedWith], ['full', 8]);
    const [odd] = first?.anomalies.filter(({ of }) => of === 'rows') ?? [];
    assert.match(odd?.sentence ?? '', /^90 rows were read, more than usual: .* 13 to 27, mostly about 20\.$/);
    assert.equal((await sumsOf(scene.id)).unusual, 1);

    await scene.load();
    const changes = await world.reaches(scene.id, 19, ({ number }) => number === 10);
    await world.closes(scene.id);
    const [second] = await rowsOf(changes._id, 'orders');
    assert.deepEqual([second?.kind, second?.comparedWith, second?.anomalies], ['changes', 0, []]);

    const range = { from: '2020-01-01T00:00:00Z', to: '2030-01-01T00:00:00Z' };
    await scene.port.startSession(scene.connection, {
      ...{ kind: 'load', by: { kind: 'person', id: 'ada' }, scope: { range } },
    });
    const backfill = await world.reaches(scene.id, 19, ({ number }) => number === 11);
    const [third] = await rowsOf(backfill._id, 'orders');
    assert.deepEqual([third?.kind, third?.rows, third?.anomalies], ['range', 90, []]);
  });

  it('is made from what is stored: written again, and after it was lost, it is the same', async (t) => {
    const scene = await setScene(world, t, { resources: ['orders', 'customers'] });
    await scene.load();
    const { _id: sessionId } = await world.reaches(scene.id, 19);
    await world.closes(scene.id);
    const rows = await rowsOf(sessionId, 'orders', 'customers');
    const sums = await sumsOf(scene.id);
    const timeline = await world.stores.sessions.timeline(sessionId);
    const steps = timeline.filter(({ to }) => to === 15 || to === 16);
    const again = () =>
      keepStatistics({ stores: world.stores, log: pino({ level: 'silent' }) }, { sessionId, steps });
    await again();
    assert.deepEqual(await rowsOf(sessionId, 'orders', 'customers'), rows);
    const hour = rows[0]?.hour;
    await world.stores.db.collection('ingestions').deleteMany({ sessionId });
    await world.stores.db.collection('ingestionHours').deleteMany({ connectionId: scene.id, hour });
    await again();
    const kept = rows.map((row) => ({ ...row, formerHours: [] }));
    assert.deepEqual(await rowsOf(sessionId, 'orders', 'customers'), kept);
    assert.deepEqual(await sumsOf(scene.id), sums);
    await again();
    assert.deepEqual(await sumsOf(scene.id), sums, 'nothing is counted twice');
  });

  it('goes after its time with the hourly tidying', async (t) => {
    const scene = await setScene(world, t);
    const days = (count: number) => new Date(Date.now() - count * 86_400_000);
    const base = { connectionId: scene.id, resource: 'orders' } as const;
    const docs = [
      ingestion({ ...base, session: 1, startedAt: days(31) }),
      ingestion({ ...base, session: 2, startedAt: days(29) }),
    ];
    await world.stores.statistics.put(docs);
    const { stores } = world;
    const log = pino({ level: 'silent' });
    const dispatcher = createDispatcher({ stores, sessions: scene.port, log, statisticsDays: 30 });
    dispatcher.start();
    await until('the older one to go', async () => {
      const left = await stores.statistics.many(docs.map(({ _id }) => _id));
      return left.length < 2 ? { found: left } : { seen: `${left.length} rows` };
    });
    await dispatcher.stop();
    assert.deepEqual(await stores.statistics.many(docs.map(({ _id }) => _id)), docs.slice(1));
  });
});
