import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { MongoClient } from 'mongodb';
import { pino } from 'pino';
import type { SyncRunView } from '../../client/api/schemas/sync-runs.ts';
import type { SyncBody } from '../../client/api/schemas/syncs.ts';
import { createScheduleSweep } from '../../client/schedule-sweep.ts';
import { createSyncReminders } from '../../client/sync-reminders.ts';
import { createSyncSchedules } from '../../client/sync-schedules.ts';
import { TributaryError } from '../../domain/errors.ts';
import type { TickOutcome } from '../../domain/ticks.ts';
import { type PagedApp, pagedDefinition, pagedRows, startPagedApp } from '../support/paged-app.ts';
import { until } from '../support/until.ts';
import { startWorld, type World } from '../support/world.ts';
import { noStore } from './support.ts';
import { type SyncApi, startSyncApi } from './sync-scene.ts';

const updated_at = '2026-01-01T00:00:00Z';
const rows = [
  { id: 'r1', updated_at, email: 'One', amount: 1 },
  { id: 'r2', updated_at, email: 'Two', amount: 2 },
  { id: 'r3', updated_at, email: '=3+3', amount: 3 },
];

const refused =
  (code: string, more: (error: TributaryError) => void = () => undefined) =>
  (error: unknown) => {
    assert.ok(error instanceof TributaryError);
    assert.equal(error.code, code, error.message);
    more(error);
    return true;
  };
const faultsOf = ({ details }: TributaryError): string =>
  (details.faults as { path: string; message: string }[])
    .map(({ path, message }) => `${path}: ${message}`)
    .join('\n');

describe('syncs through the API', { skip: noStore }, () => {
  const uri = process.env.TEST_MONGODB_URI ?? '';
  const database = `d${randomBytes(5).toString('hex')}`;
  let world: World;
  let app: PagedApp<'orders'>;
  let target: MongoClient;
  let sync: SyncApi;
  let connection: string;
  before(async () => {
    world = await startWorld();
    app = await startPagedApp({ resources: { orders: rows } });
    target = await new MongoClient(uri).connect();
    sync = await startSyncApi(world);
    const doc = await world.started({ definition: pagedDefinition({ id: 'shop' }), baseUrl: app.url });
    connection = doc._id;
    await world.sessions().startSession(doc, { kind: 'load', by: { kind: 'person', id: 'ada' } });
    await world.reaches(connection, 19, ({ closedAt }) => closedAt !== null);
    await sync.client.createDestination({
      ...{ id: 'warehouse', kind: 'mongodb', configuration: { database }, secret: { uri } },
    });
  });
  after(async () => {
    await sync?.stop();
    await app?.stop();
    await target?.db(database).dropDatabase();
    await target?.close();
    await world?.stop();
  });

  const body = (id: string, change: Partial<SyncBody> = {}): SyncBody => ({
    id,
    connection,
    destination: 'warehouse',
    model: { resource: 'orders' },
    mapping: [
      { to: 'title', from: { template: '{{ email | upcase }}' } },
      { to: 'amount', type: 'number', from: { field: 'amount' } },
    ],
    keyField: 'order',
    object: id,
    mode: 'mirror',
    ...change,
  });
  const ended = (id: string): Promise<SyncRunView> =>
    until(`the end of ${id}`, async () => {
      const run = await sync.client.getSyncRun(id);
      return run.endedAt === null ? { seen: `${run.status} ${run.detail}` } : { found: run };
    });
  const runs = async (id: string, asked: Parameters<SyncApi['client']['runSync']>[1] = {}) => {
    // The engine may hold the id of the run before for a moment.
    const { runId } = await sync.client.runSync(id, asked);
    assert.ok(runId);
    return ended(runId);
  };

  test('a preview, a sync, a run: the rows are at the destination, and the session says so', async () => {
    const { client } = sync;
    const asked = { connection, model: { resource: 'orders', filter: { amount: [1, 3] } } };
    const preview = await client.previewSync(asked);
    assert.deepEqual(
      preview.rows.map(({ fields }) => fields?.email),
      ['One', '=3+3'],
    );
    const faulty = { to: 'n', type: 'integer' as const, from: { field: 'email' } };
    const bad = await client.previewSync({
      ...asked,
      mapping: [faulty],
      destination: 'warehouse',
      object: 'x',
    });
    assert.match(bad.rows[0]?.fault?.message ?? '', /n: "One" is no whole number/);
    assert.match(bad.target?.creates[0] ?? '', /collection x/);

    const made = await client.createSync(body('orders'));
    assert.match(made.effects[0] ?? '', /Made at the destination: The collection orders/);
    assert.deepEqual([made.sync.status, made.sync.allowed], ['pending', ['run', 'disable']]);
    const plan = await client.planSync('orders');
    assert.deepEqual([plan.rows, plan.calls, plan.exceeds], [3, 1, false]);
    assert.equal((await client.getSession(`${connection}.1`)).text, 'Synced, delivered to 0 of 1');

    const run = await runs('orders');
    assert.equal(run.status, 'success', run.detail ?? '');
    assert.deepEqual(
      [run.ledger.total, run.ledger.inserted, run.ledger.percentFailed, run.by.id],
      [3, 3, 0, 'ada'],
    );
    const found = await target.db(database).collection('orders').find().sort({ _id: 1 }).toArray();
    assert.deepEqual(found[0] as unknown, { _id: 'r1', order: 'r1', title: 'ONE', amount: 1 });
    assert.equal((await client.getSession(`${connection}.1`)).text, 'Synced, delivered to 1 of 1');
    const { entries } = await client.syncTimeline(run.id);
    assert.deepEqual(
      entries.map(({ to }) => to),
      ['started', 'querying', 'queued', 'inProgress', 'success'],
    );
    assert.deepEqual((await client.getSync('orders')).restages, false);
    assert.equal((await client.syncRecords('orders', { status: 'success' })).records.length, 3);
    await assert.rejects(
      client.cancelSync('orders'),
      refused('ILLEGAL_MOVE', ({ details }) => {
        assert.deepEqual([details.current, details.allowed], ['healthy', ['run', 'disable']]);
      }),
    );
  });

  test('beside a session stands to how many of the syncs it was delivered; a preview has ten rows', async () => {
    const { client } = sync;
    const many = await startPagedApp({ resources: { orders: pagedRows(12) } });
    const doc = await world.started({
      definition: pagedDefinition({ id: 'second-shop' }),
      baseUrl: many.url,
    });
    await world.sessions().startSession(doc, { kind: 'load', by: { kind: 'person', id: 'ada' } });
    await world.reaches(doc._id, 19, ({ closedAt }) => closedAt !== null);
    await many.stop();
    const preview = await client.previewSync({ connection: doc._id, model: { resource: 'orders' } });
    assert.deepEqual([preview.rows.length, preview.more], [10, true]);
    const told = async () => (await client.getSession(`${doc._id}.1`)).text;
    assert.equal(await told(), 'Synced');
    for (const id of ['one', 'two', 'three']) await client.createSync(body(id, { connection: doc._id }));
    for (const id of ['one', 'two']) assert.equal((await runs(id)).status, 'success');
    assert.equal(await told(), 'Synced, delivered to 2 of 3');
    await client.disableSync('three');
    assert.equal(await told(), 'Synced, delivered to 2 of 2');
  });

  test('a change says what follows; another place gets everything anew', async () => {
    const { client } = sync;
    await client.createSync(body('moves'));
    await runs('moves');
    const narrowed = await client.updateSync('moves', {
      model: { resource: 'orders', filter: { amount: 1 } },
    });
    assert.match(narrowed.effects.join(' '), /every record again.*deleted there/);
    assert.equal(narrowed.sync.restages, true);
    assert.equal((await runs('moves')).ledger.deleted, 2);
    const moved = await client.updateSync('moves', { object: 'elsewhere' });
    assert.match(moved.effects.join(' '), /every row to the new place.*moves at warehouse stays/);
    assert.equal((await runs('moves')).ledger.inserted, 1);
    assert.equal((await runs('moves', { kind: 'resync', key: 'r1' })).ledger.updated, 1);
    assert.deepEqual((await client.updateSync('moves', { rejectedThreshold: 5 })).effects, []);
    assert.equal((await client.listSyncRuns('moves', { limit: 2 })).next, 3);
    await client.removeSync('moves');
    await assert.rejects(client.getSync('moves'), refused('NOT_FOUND'));
    assert.equal(await world.stores.syncRuns.get('moves.1'), null);
  });

  test('Schedules follow the sync and its connection; their ticks start runs', async () => {
    const { client } = sync;
    const made = await client.createSync(
      body('timed', { schedule: { kind: 'CRON', cron: '0 6 * * *' }, timeZone: 'Europe/Berlin' }),
    );
    assert.equal(made.sync.nextRuns.length, 3);
    const inBerlin = new Intl.DateTimeFormat('en-GB', { timeStyle: 'short', timeZone: 'Europe/Berlin' });
    for (const at of made.sync.nextRuns) assert.equal(inBerlin.format(new Date(at)), '06:00');
    const handle = world.client.schedule.getHandle('sync/timed');
    const first = await handle.describe();
    assert.deepEqual([first.spec.timezone, first.state.paused], ['Europe/Berlin', false]);

    await handle.trigger();
    const tick = await until('the tick', async () => {
      const { recentActions } = (await handle.describe()).info;
      const last = recentActions.at(-1);
      return last === undefined ? { seen: 'none' } : { found: last.action };
    });
    assert.ok(tick.type === 'startWorkflow');
    const { workflowId, firstExecutionRunId } = tick.workflow;
    const outcome: TickOutcome = await world.client.workflow
      .getHandle(workflowId, firstExecutionRunId)
      .result();
    assert.equal(outcome.decision, 'started');
    const run = await until('the run', async () => {
      const { latestRun } = await client.getSync('timed');
      return latestRun?.status === 'success' ? { found: latestRun } : { seen: latestRun?.status ?? 'none' };
    });
    assert.deepEqual(run.by, { kind: 'schedule', id: 'sync/timed' });

    const disabled = await client.disableSync('timed');
    assert.deepEqual([disabled.status, disabled.allowed, disabled.nextRuns], ['disabled', ['enable'], []]);
    assert.equal((await handle.describe()).state.paused, true);
    await assert.rejects(
      client.runSync('timed'),
      refused('SYNC_DISABLED', ({ details }) => {
        assert.deepEqual(details.allowed, ['enable']);
      }),
    );
    assert.equal((await client.enableSync('timed')).status, 'pending');
    await assert.rejects(client.enableSync('timed'), refused('ILLEGAL_MOVE'));
    await client.updateSync('timed', { schedule: { kind: 'INTERVAL', every: '6h' } });
    assert.equal((await handle.describe()).spec.intervals?.[0]?.every, 21_600_000);
    await handle.trigger();
    await until('the run of the interval', async () => {
      const { latestRun } = await client.getSync('timed');
      return latestRun?.id === 'timed.2' && latestRun.status === 'success'
        ? { found: latestRun }
        : { seen: `${latestRun?.id} ${latestRun?.status}` };
    });

    await world.stores.connections.change(connection, () => ({ status: 'PAUSED' }));
    await assert.rejects(client.runSync('timed'), refused('CONNECTION_HELD'));
    assert.equal((await client.getSync('timed')).held, true);
    await world.stores.connections.change(connection, () => ({
      status: 'STARTED',
      ownCode: 8,
      ownCodeSince: new Date(),
    }));
    const stale = await client.getSync('timed');
    assert.ok(stale.sourceStaleSince);
    assert.ok(stale.allowed.includes('run'));
    await world.stores.connections.change(connection, () => ({ ownCode: 26 }));
    await client.disableSync('timed');
    await assert.rejects(client.enableSync('timed'), refused('CONNECTION_DISCONNECTED'));
    await assert.rejects(handle.describe(), /not found/i);
    await world.stores.connections.change(connection, () => ({ ownCode: null }));
    await client.removeSync('timed');
  });

  test('what the engine missed of Schedules, or lost, a sweep brings to what the store says', async () => {
    const { client } = sync;
    const hourly = { schedule: { kind: 'INTERVAL', every: '1h' } } as const;
    for (const id of ['swept', 'unswept']) await client.createSync(body(id, hourly));
    const handle = world.client.schedule.getHandle('sync/swept');
    const { stores, taskQueue } = world;
    let applied = 0;
    const schedules = createSyncSchedules(world.client, { stores, taskQueue });
    const sweep = createScheduleSweep({
      ...{ stores, client: world.client, log: pino({ level: 'silent' }) },
      schedules: {
        apply: (id) => {
          applied += 1;
          return schedules.apply(id);
        },
      },
    });
    /** The engine's list comes a moment after what it lists. */
    const swept = (what: string, isDone: () => Promise<boolean>) =>
      until(what, async () => {
        await sweep.round();
        return (await isDone()) ? { found: true } : { seen: 'not yet' };
      });
    await swept('nothing to do', async () => {
      const before = applied;
      await sweep.round();
      return before === applied;
    });

    await handle.delete();
    await swept('the deleted one', () =>
      handle
        .describe()
        .then(() => true)
        .catch(() => false),
    );
    await handle.pause('by hand');
    await swept('the paused one', async () => !(await handle.describe()).state.paused);
    await stores.syncs.change('swept', () => ({ schedule: { kind: 'INTERVAL', every: '2h' } }));
    await swept(
      'the changed one',
      async () => (await handle.describe()).spec.intervals?.[0]?.every === 7_200_000,
    );
    await stores.syncs.remove('swept');
    await swept('the removed one', () =>
      handle
        .describe()
        .then(() => false)
        .catch(() => true),
    );
    assert.equal((await world.client.schedule.getHandle('sync/unswept').describe()).state.paused, false);
    await client.removeSync('unswept');
  });

  test('a run that needs more than the quota is refused, or let through with a warning', async () => {
    const { client } = sync;
    await client.createDestination({
      ...{ id: 'small', kind: 'mongodb', configuration: { database }, secret: { uri } },
      quota: { requestsPerMonth: 1, over: 'refuse' },
    });
    await client.createSync(body('budget', { destination: 'small' }));
    assert.equal((await runs('budget')).status, 'success');
    assert.equal((await client.getDestination('small')).requestsThisMonth, 1);
    const plan = await client.planSync('budget');
    assert.deepEqual([plan.rows, plan.exceeds], [0, false]);
    const over = await runs('budget', { kind: 'resync' });
    assert.deepEqual([over.status, over.reason], ['failed', 'DESTINATION_BUDGET']);
    assert.match(over.detail ?? '', /For 3 rows it takes 1 request; 0 of the 1/);
    await client.updateDestination('small', { quota: { requestsPerMonth: 1, over: 'warn' } });
    const warned = await runs('budget', { kind: 'resync' });
    assert.deepEqual([warned.status, warned.budget?.exceeds], ['success', true]);
    await assert.rejects(
      client.removeDestination('small'),
      refused('DESTINATION_IN_USE', ({ details }) => {
        assert.deepEqual(details.syncs, ['budget']);
      }),
    );
  });

  test('every fault of a sync is named', async () => {
    const { client } = sync;
    const refuses = (change: Partial<SyncBody>, code: string, words: RegExp) =>
      assert.rejects(
        client.createSync(body('bad', change)),
        refused(code, (error) => assert.match(faultsOf(error), words)),
      );
    await refuses(
      { model: { resource: 'invoices' } },
      'INVALID_INPUT',
      /"invoices" is not known; shop has orders/,
    );
    await refuses(
      { model: { resource: 'orders', filter: { colour: 'red' } } },
      'MAPPING_INVALID',
      /filter asks for "colour"/,
    );
    await refuses({ keyField: '' }, 'MAPPING_INVALID', /key field is missing/);
    await refuses(
      {
        mapping: [
          { to: 'a', from: { template: '{{ email' } },
          { to: 'a', from: { field: 'nothing' } },
          { to: 'order', type: 'json', from: { field: 'id' } },
        ],
      },
      'MAPPING_INVALID',
      /cannot be read[\s\S]*Two mappings go to "a"[\s\S]*"nothing"[\s\S]*key field: its type/,
    );
    await refuses(
      { mapping: [{ to: '$set', from: { field: 'email' } }] },
      'TARGET_UNFIT',
      /cannot be named "\$set"/,
    );
    await refuses({ schedule: { kind: 'CRON', cron: '61 * * * *' } }, 'INVALID_INPUT', /schedule/);
    await refuses({ timeZone: 'Mars/Base' }, 'INVALID_INPUT', /IANA time zone/);
    await refuses({ id: 'orders' }, 'INVALID_INPUT', /there is a sync "orders" already/);
    await assert.rejects(client.createSync(body('bad', { destination: 'nowhere' })), refused('NOT_FOUND'));
    await assert.rejects(client.createSync(body('bad', { connection: 'nobody' })), refused('NOT_FOUND'));
    await assert.rejects(client.getSync('bad'), refused('NOT_FOUND'));
  });

  test('long disabled and failed syncs are told of once a period, and listed', async () => {
    const { client } = sync;
    await client.createSync(body('asleep'));
    await client.disableSync('asleep');
    assert.equal(
      (await client.attention()).items.some(({ id }) => id === 'asleep'),
      false,
    );
    const since = new Date(Date.now() - 8 * 86_400_000);
    await world.stores.syncs.change('asleep', () => ({ statusSince: since }));
    let days = 0;
    const reminders = createSyncReminders({
      ...{ stores: world.stores, log: pino({ level: 'silent' }) },
      now: () => new Date(Date.now() + days * 86_400_000),
    });
    for (days of [0, 0, 5, 6]) await reminders.round();
    const events = (await client.listEvents(connection)).events.filter(
      ({ type }) => type === 'SyncNeedsAttention',
    );
    assert.deepEqual(
      events.map(({ data }) => [data.syncId, data.status]),
      [
        ['asleep', 'disabled'],
        ['asleep', 'disabled'],
      ],
      'after eight days, and after fourteen',
    );
    const [item] = (await client.attention()).items.filter(({ kind }) => kind === 'sync');
    assert.deepEqual([item?.id, item?.command], ['asleep', 'tributary sync enable asleep']);
  });

  test('rejected rows are exported with their fields, and nothing that a spreadsheet would run', async () => {
    const { client } = sync;
    await client.createSync(body('refusing', { rejectedThreshold: 9 }));
    const base = {
      action: 'insert',
      status: 'failed',
      delivered: null,
      staged: 'f',
      run: 1,
      deliveredRun: null,
    } as const;
    await world.stores.syncRecords.of('refusing').putMany([
      {
        ...base,
        ...{ _id: 'r3', fields: JSON.stringify({ title: '=3+3', amount: -3 }), attempts: 1, notBefore: 2 },
        error: { code: '121', message: '@no, "never"', requestId: 'q1' },
        at: new Date(),
      },
      {
        ...base,
        _id: 'r1',
        status: 'success',
        fields: null,
        attempts: 0,
        notBefore: null,
        error: null,
        at: new Date(),
      },
    ]);
    const lines = (await client.rejectedCsv('refusing')).split('\r\n');
    assert.equal(lines.length, 3);
    assert.match(lines[0] ?? '', /^key,status,.*,title,amount$/);
    assert.match(lines[1] ?? '', /^r3,failed,insert,121,"'@no, ""never""",q1,1,1,2,.*Z,'=3\+3,-3$/);
    await assert.rejects(client.rejectedCsv('nothing'), refused('NOT_FOUND'));
  });
});
