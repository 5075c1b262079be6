import assert from 'node:assert/strict';
import { after, before, describe, it, type TestContext } from 'node:test';
import type { SessionStatus } from '../../domain/session.ts';
import { pagedCredentials, pagedRows } from '../support/paged-app.ts';
import { until } from '../support/until.ts';
import { startWorld, tester, type World } from '../support/world.ts';
import { breakDeduplication, failProcessing, loosenDefinition, malformed } from './faults.ts';
import { type Scene, type SceneOptions, setScene } from './scene.ts';

/** Sets a session up so that it rests in a status. Working ones rest because no pool takes their activity. */
type Rest = (world: World, t: TestContext) => Promise<Scene>;

const stopped =
  (
    status: SessionStatus,
    options: SceneOptions,
    start: (scene: Scene, world: World) => Promise<unknown>,
  ): Rest =>
  async (world, t) => {
    const scene = await setScene(world, t, options);
    await start(scene, world);
    await world.reaches(scene.id, status);
    return scene;
  };

const authorize = (scene: Scene) => scene.authorize();
const load = (scene: Scene) => scene.load();
const submit = async (scene: Scene, world: World, payload = { ...pagedCredentials.bearer }) => {
  await scene.authorize();
  await world.reaches(scene.id, 6);
  await world.deliver(scene.connection, { kind: 'credentials', payload });
};
const failing = async (scene: Scene) => {
  scene.app.faults.fail = { count: 1, status: 400 };
  await scene.load();
};

const resting: Readonly<Record<string, Rest>> = {
  6: stopped(6, { configuring: true }, authorize),
  7: stopped(7, { configuring: true }, (scene, world) =>
    submit(scene, world, { kind: 'bearer', token: 'wrong' as 'right-token' }),
  ),
  9: stopped(9, { configuring: true, unattended: false }, submit),
  20: stopped(20, { configuring: true, durations: { linkValidMs: 100 } }, authorize),
  25: stopped(25, { aggregator: 'first' }, load),
  11: stopped(11, {}, failing),
  23: stopped(23, { aggregator: 'first', durations: { webhookWaitMs: 100 } }, load),
  14: stopped(14, { rows: { orders: malformed(10) } }, load),
};

describe('disconnect', { concurrency: 3 }, () => {
  let world: World;
  before(async () => {
    world = await startWorld();
  });
  after(() => world.stop());

  for (const [status, rest] of Object.entries(resting)) {
    it(`${status} to 26, with everything purged and a receipt`, async (t) => {
      const scene = await rest(world, t);
      await scene.port.disconnect(scene.connection, { by: tester, keepData: false });
      const session = await world.latest(scene.id);
      assert.equal(session.status, 26);
      const connection = await world.stores.connections.get(scene.id);
      assert.equal(connection?.status, 'DISCONNECTED');
      assert.equal(connection?.ownCode, 26);
      assert.equal(await world.stores.grants.get(scene.id, 1), null);
      assert.ok(await world.stores.receipts.get(`${scene.id}/1`));
    });
  }

  it('after 19: the session stays Synced, the records are gone, a second call changes nothing', async (t) => {
    const scene = await setScene(world, t);
    await scene.load();
    await world.reaches(scene.id, 19);
    await world.closes(scene.id);
    await scene.port.disconnect(scene.connection, { by: tester, keepData: false });
    const receipt = await world.stores.receipts.get(`${scene.id}/1`);
    assert.equal(receipt?.collections.find(({ name }) => name.startsWith('records.'))?.count, 20);
    assert.equal((await world.latest(scene.id)).status, 19);
    assert.equal(await world.stores.records.of(scene.id, 1, 'orders').count(), 0);
    await scene.port.disconnect(scene.connection, { by: tester, keepData: false });
    assert.deepEqual(await world.stores.receipts.get(`${scene.id}/1`), receipt);
    await scene.load();
    assert.equal(((await scene.outcome()) as { reason: string }).reason, 'CONNECTION_NOT_STARTED');
  });

  it('in the middle of loading: the activity stops at a batch border', async (t) => {
    const scene = await setScene(world, t, { rows: { orders: pagedRows(60) }, pageSize: 10 });
    scene.app.faults.hold = true;
    await scene.load();
    await until('a request', async () => (scene.app.waiting() > 0 ? { found: true } : { seen: 'none' }));
    await scene.port.disconnect(scene.connection, { by: tester, keepData: false });
    assert.equal((await world.latest(scene.id)).status, 26);
    const asked = scene.app.asked.length;
    scene.app.release();
    assert.equal(scene.app.asked.length, asked);
  });
});

describe('work whose activity nobody takes', () => {
  let world: World;
  before(async () => {
    world = await startWorld();
  });
  after(() => world.stop());

  /** Brings a session to its error status, takes the pool away and retries: it stands in the working status. */
  async function standing(t: TestContext, status: 2 | 13 | 16 | 21): Promise<Scene> {
    await world.startPool();
    const scene = await setScene(world, t, { deduplication: true });
    if (status === 2) await failing(scene);
    if (status === 13) {
      scene.app.rows.orders?.splice(0, 20, ...malformed(20));
      await scene.load();
    }
    const mendDeduplication = status === 21 ? breakDeduplication(world, scene) : undefined;
    if (status === 21) await scene.load();
    const mendProcessing = status === 16 ? await failProcessing(world, scene) : undefined;
    await world.reaches(scene.id, ({ 2: 11, 13: 14, 16: 17, 21: 22 } as const)[status]);
    await world.stopPool();
    assert.equal(await scene.call('retry'), status);
    if (status === 13) loosenDefinition(world, scene);
    mendDeduplication?.();
    await mendProcessing?.();
    return scene;
  }

  for (const [status, error] of [
    [2, 11],
    [13, 14],
    [16, 17],
    [21, 22],
  ] as const) {
    it(`${status} to ${error} by cancel, and on to 19 by retry`, async (t) => {
      const scene = await standing(t, status);
      assert.equal(await scene.call('cancel'), error);
      assert.equal((await world.latest(scene.id)).reason, 'CANCELED');
      await world.startPool();
      assert.equal(await scene.call('retry'), status);
      await world.reaches(scene.id, 19);
    });

    it(`${status} to 26 by disconnect`, async (t) => {
      const scene = await standing(t, status);
      await scene.port.disconnect(scene.connection, { by: tester, keepData: false });
      assert.equal((await world.latest(scene.id)).status, 26);
    });
  }

  it('13 ends in 14 as stuck when the stage has no time left', async (t) => {
    await world.startPool();
    const scene = await setScene(world, t, { durations: { stageMs: 500 }, rows: { orders: malformed(20) } });
    await scene.load();
    await world.reaches(scene.id, 14);
    await world.stopPool();
    await scene.call('retry');
    const stuck = await world.reaches(scene.id, 14, (session) => session.seq > 4);
    assert.equal(stuck.reason, 'STUCK');
  });

  it('a held session keeps its code, its timers stand still, and it goes on when released', async (t) => {
    await world.startPool();
    const scene = await setScene(world, t, {
      rows: { orders: pagedRows(60) },
      pageSize: 10,
      durations: { noProgressMs: 4_000 },
    });
    scene.app.faults.hold = true;
    await scene.load();
    await until('a request', async () => (scene.app.waiting() > 0 ? { found: true } : { seen: 'none' }));
    await scene.port.hold(scene.id);
    const held = await world.reaches(scene.id, 2, (session) => session.held !== null);
    assert.equal(held.held, 'CONNECTION_PAUSED');
    await assert.rejects(scene.call('cancel'), { code: 'CONNECTION_HELD' });
    scene.app.release();
    await scene.port.release(scene.id);
    const synced = await world.reaches(scene.id, 19);
    assert.equal(synced.held, null);
    assert.deepEqual(await world.path(synced._id), [2, 12, 13, 15, 16, 18, 19]);
  });

  it('a decision window stands still while held', async (t) => {
    await world.startPool();
    const scene = await setScene(world, t, { durations: { decisionWindowMs: 700 } });
    await failing(scene);
    await world.reaches(scene.id, 11);
    await scene.port.hold(scene.id);
    await world.reaches(scene.id, 11, (session) => session.held !== null);
    await assert.rejects(scene.call('retry'), { code: 'CONNECTION_HELD' });
    // A window that ran on would be over when this other session's is.
    const other = await setScene(world, t, { durations: { decisionWindowMs: 900 } });
    await failing(other);
    assert.equal((await world.closes(other.id)).closedBy, 'window');
    assert.equal((await world.latest(scene.id)).closedAt, null);
    await scene.port.release(scene.id);
    await scene.call('retry');
    await world.reaches(scene.id, 19);
  });
});
