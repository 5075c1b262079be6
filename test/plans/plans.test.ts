import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { pino } from 'pino';
import type { Plan } from '../../client/api/schemas/plans.ts';
import { createRawTidy } from '../../client/raw-tidy.ts';
import type { TributaryError } from '../../domain/errors.ts';
import { refusal } from '../lifecycle/scene.ts';
import { type Scene, setScene } from '../session/scene.ts';
import { pagedCredentials } from '../support/paged-app.ts';
import { startWorld, type World } from '../support/world.ts';
import { type PlanningApi, startPlanning, tokenOf } from './scene.ts';

const log = pino({ level: 'silent' });
const dayMs = 86_400_000;

describe('plans', () => {
  let world: World;
  let planning: PlanningApi;
  let loaded: Scene;
  const loading: { after: (() => Promise<void>)[] } = { after: [] };
  before(async () => {
    world = await startWorld();
    planning = await startPlanning(world);
    loaded = await setScene(world, { after: (fn) => loading.after.push(fn) });
    await loaded.load();
    await world.reaches(loaded.id, 19);
    await world.closes(loaded.id);
  });
  after(async () => {
    await planning.stop();
    await world.stop();
    for (const end of loading.after) await end();
  });

  const settings = (id: string, given: object): Promise<Plan> =>
    planning.api.plan(id, { procedure: 'updateSettings', arguments: { ...given } as never });

  it('says which runs would come, before and after, and changes nothing', async (t) => {
    const { id } = await setScene(world, t);
    const schedule = { kind: 'CRON', cron: '30 6 * * *' };
    const plan = await settings(id, { schedule, timeZone: 'Asia/Tokyo' });
    assert.deepEqual([plan.allowed, plan.losesData, plan.responseCode], [true, false, 'OK']);
    const [run] = plan.runs;
    assert.deepEqual([run?.schedule, run?.before, run?.after.length], ['global', [], 3]);
    for (const time of run?.after ?? []) assert.match(time, /T21:30:00\.000Z$/);
    assert.deepEqual(
      plan.changes.map(({ setting, from }) => [setting, from]),
      [
        ['schedule', null],
        ['timeZone', 'UTC'],
      ],
    );
    assert.equal((await planning.api.getConnection(id)).timeZone, 'UTC');
    await planning.api.updateSettings(id, { schedule: { kind: 'INTERVAL', every: '6h' } });
    const paused = await planning.api.plan(id, { procedure: 'pause' });
    assert.deepEqual([paused.runs[0]?.before.length, paused.runs[0]?.after], [3, []]);
  });

  it('says what the call itself would refuse, in the same words, and gives no token', async (t) => {
    const { api } = planning;
    const { id } = await setScene(world, t);
    for (const [procedure, given, call] of [
      ['resume', {}, () => api.resume(id)],
      ['updatePool', { pool: 'large' }, () => api.updatePool(id, { pool: 'large' })],
      ['updateSettings', { deduplication: true }, () => api.updateSettings(id, { deduplication: true })],
    ] as const) {
      const plan = await api.plan(id, { procedure, arguments: given });
      assert.deepEqual([plan.allowed, plan.token], [false, null]);
      await assert.rejects(call, ({ message, details }: TributaryError) => {
        assert.deepEqual([message, details.responseCode], [plan.message, plan.responseCode]);
        return true;
      });
    }
    await assert.rejects(api.plan(id, { procedure: 'panic' as 'pause' }), refusal('INVALID_INPUT'));
    await assert.rejects(
      api.plan(id, { procedure: 'pause', arguments: { now: true } }),
      refusal('INVALID_INPUT'),
    );
    await assert.rejects(api.plan('nobody', { procedure: 'pause' }), refusal('NOT_FOUND'));
  });

  it('tells what becomes of the open session', async (t) => {
    const scene = await setScene(world, t);
    scene.app.faults.hold = true;
    await scene.load();
    await world.reaches(scene.id, 2);
    const { session } = await planning.api.plan(scene.id, { procedure: 'pause' });
    assert.deepEqual([session?.id, session?.becomes], [`${scene.id}.1`, 'held']);
    const gone = await planning.api.plan(scene.id, { procedure: 'disconnect' });
    assert.equal(gone.session?.becomes, 'ends');
    scene.app.release();
  });

  it('a shorter retention needs a plan; the rows as they came go, the records stay', async (t) => {
    const { api } = planning;
    const { id } = loaded;
    t.after(() => {
      planning.aheadMs = 0;
    });
    planning.aheadMs = 5 * dayMs;
    await api.updateSettings(id, { retentionDays: 40 });
    const required = await api.updateSettings(id, { retentionDays: 3 }).then(
      () => assert.fail('was not refused'),
      (error: TributaryError) => error,
    );
    assert.equal(required.code, 'PLAN_REQUIRED');
    const plan = required.details.plan as Plan;
    assert.deepEqual(plan.rawBatches, { sessions: 1, batches: 1 });
    assert.equal(plan.losesData, true);
    await assert.rejects(
      api.updateSettings(id, { retentionDays: 2, planToken: tokenOf(plan) }),
      refusal('PLAN_MISMATCH'),
    );
    await api.updateSettings(id, { retentionDays: 3, planToken: tokenOf(plan) });
    await assert.rejects(
      api.updateSettings(id, { retentionDays: 3, planToken: tokenOf(plan) }),
      refusal('PLAN_USED'),
    );
    assert.equal((await api.getConnection(id)).retentionDays, 3);

    const { loading: batches, records } = world.stores;
    const tidy = (days: number) =>
      createRawTidy({ stores: world.stores, log, now: () => new Date(Date.now() + days * dayMs) }).round();
    await tidy(2);
    assert.equal(await batches.countBatches(`${id}.1`, ['orders']), 1);
    await tidy(4);
    assert.equal(await batches.countBatches(`${id}.1`, ['orders']), 0);
    assert.equal((await world.stores.connections.get(id))?.rawDeletedThrough, 1);
    await tidy(5);
    const reclaimed = (await world.stores.events.list(id, 100)).filter(
      ({ type }) => type === 'SpaceReclaimed',
    );
    assert.deepEqual(
      reclaimed.map(({ data }) => [data.what, data.throughSession, data.batches, data.rows]),
      [['rawBatches', 1, 1, 20]],
    );
    assert.match(String(reclaimed[0]?.data.sentence), /^20 raw rows in 1 batch were kept long enough/);
    assert.equal(await records.of(id, 1, 'orders').count(), 20);
  });

  it('keeps the raw batches of a session that may still be retried', async (t) => {
    const scene = await setScene(world, t, { durations: { decisionWindowMs: 50 } });
    scene.app.rows.orders?.splice(
      0,
      20,
      ...scene.app.rows.orders.map((row) => ({ ...(row as object), amount: 'x' })),
    );
    await scene.load();
    await world.closes(scene.id);
    const now = () => new Date(Date.now() + 100 * dayMs);
    await createRawTidy({ stores: world.stores, log, now }).round();
    assert.equal(await world.stores.loading.countBatches(`${scene.id}.1`, ['orders']), 1);
  });

  it('a token is for one call of one connection, once, in time, in the status that was planned', async (t) => {
    const { api } = planning;
    const { id } = await setScene(world, t);
    const other = await setScene(world, t);
    const disconnect = { procedure: 'disconnect' } as const;
    const planToken = tokenOf(await api.plan(id, disconnect));
    await assert.rejects(api.disconnect(other.id, { planToken }), refusal('PLAN_MISMATCH'));
    await assert.rejects(api.disconnect(id, { planToken, keepData: true }), refusal('PLAN_MISMATCH'));
    await assert.rejects(api.updateSettings(id, { timeZone: 'UTC', planToken }), refusal('PLAN_MISMATCH'));
    await assert.rejects(api.disconnect(id, { planToken: 'garbage' }), refusal('PLAN_MISMATCH'));
    await assert.rejects(api.disconnect(id, { planToken: '' }), refusal('INVALID_INPUT'));
    planning.aheadMs = 16 * 60_000;
    await assert.rejects(api.disconnect(id, { planToken }), refusal('PLAN_EXPIRED'));
    planning.aheadMs = 0;
    await api.pause(id);
    await assert.rejects(api.disconnect(id, { planToken }), refusal('PLAN_MISMATCH'));
    await assert.rejects(api.disconnect(id, { keepData: true }), refusal('PLAN_REQUIRED'));
    assert.equal((await api.getConnection(id)).status, 'PAUSED');
  });

  it('of two calls with one token at once one gets through', async (t) => {
    const { id } = await setScene(world, t);
    const planToken = tokenOf(await settings(id, { retentionDays: 9 }));
    const calls = [1, 2, 3].map(() => planning.api.updateSettings(id, { retentionDays: 9, planToken }));
    const ends = await Promise.allSettled(calls);
    assert.equal(ends.filter(({ status }) => status === 'fulfilled').length, 1);
    for (const end of ends) if (end.status === 'rejected') refusal('PLAN_USED')(end.reason);
  });

  it('a disconnect does what its plan says, to the document', async () => {
    const { api } = planning;
    const { id } = loaded;
    const required = await api.disconnect(id).then(
      () => assert.fail('was not refused'),
      (error: TributaryError) => error,
    );
    assert.equal(required.code, 'PLAN_REQUIRED');
    const plan = required.details.plan as Plan;
    const receipt = await api.disconnect(id, { planToken: tokenOf(plan) });
    assert.ok('collections' in receipt);
    assert.deepEqual(
      plan.purges.map(({ name, outcome, count }) => ({ name, outcome, count })),
      receipt.collections
        .filter(({ count }) => count > 0)
        .map(({ name, outcome, count }) => ({ name, outcome, count })),
    );
    assert.ok(plan.purges.some(({ name, count }) => name.startsWith('records.') && count === 20));
    assert.deepEqual(await api.disconnect(id), receipt);
    const again = await api.plan(id, { procedure: 'disconnect' });
    assert.deepEqual([again.losesData, again.purges], [false, []]);
  });

  it('credentials stand in no plan', async (t) => {
    const { id } = await setScene(world, t);
    await planning.api.pause(id);
    const credentials = { kind: 'bearer', token: 'a-secret-of-the-tests' } as const;
    const plan = await planning.api.plan(id, {
      procedure: 'updateConnectionConfiguration',
      arguments: { credentials },
    });
    assert.ok(plan.allowed && pagedCredentials.bearer.kind === credentials.kind);
    const plans = await world.stores.db.collection('plans').find().toArray();
    assert.doesNotMatch(JSON.stringify([plan, plans]), /a-secret-of-the-tests/);
  });
});
