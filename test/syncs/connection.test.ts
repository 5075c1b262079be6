import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { SyncRunOutcome } from '../../domain/sync-contracts.ts';
import type { ConnectionDoc } from '../../stores/model.ts';
import { createBox, untilStopped } from '../support/box.ts';
import { pagedRows, startPagedApp } from '../support/paged-app.ts';
import { countsOf, orders, type SyncScene, syncScene } from '../support/sync-scene.ts';
import { until } from '../support/until.ts';
import { startWorld, tester, type World } from '../support/world.ts';

describe('a sync with its connection', { concurrency: 4 }, () => {
  let world: World;
  before(async () => {
    world = await startWorld();
  });
  after(() => world?.stop());

  const connectionOf = async ({ connection }: SyncScene): Promise<ConnectionDoc> =>
    (await world.stores.connections.get(connection._id)) ?? assert.fail();
  const call = async (scene: SyncScene, name: 'pause' | 'resume') =>
    world.sessions().procedure(await connectionOf(scene), { name, by: tester });
  /** Waits for the end of the sync's newest execution. */
  const lastEnd = ({ syncId }: SyncScene): Promise<SyncRunOutcome> =>
    world.client.workflow.getHandle(`sync-run/${syncId}`).result();

  it('PAUSED: the run stops at a batch border before the answer, and goes on with its rest after the resume', async () => {
    const scene = await syncScene(world);
    await scene.session(orders(30));
    let paused: Promise<unknown> | undefined;
    let atAnswer: string | null | undefined;
    scene.box.onWrite = async (call_) => {
      if (call_ !== 1) return;
      paused = call(scene, 'pause').then(async () => {
        atAnswer = (await scene.latest())?.status;
      });
      await untilStopped();
    };
    const run = await scene.runs();
    await paused;
    assert.deepEqual([run.status, run.reason, atAnswer], ['paused', 'CONNECTION_PAUSED', 'paused']);
    assert.deepEqual(countsOf(run), { staged: 30, inserted: 10 });
    await assert.rejects(scene.runs(), { code: 'CONNECTION_HELD' });
    await scene.port.tick(scene.syncId, { id: 'tick 1', by: tester });
    // It is refused while the connection is paused: only after the resume could it begin another run.
    assert.equal((await lastEnd(scene)).reason, 'CONNECTION_HELD');
    // What changes meanwhile is for the next run: a resume only brings to its end what was interrupted.
    await scene.session({ later: { name: 'later', amount: 1 } });
    await call(scene, 'resume');
    assert.deepEqual(countsOf(await scene.reaches('success', 1)), { staged: 30, inserted: 30 });
    assert.equal(scene.box.calls.length, 3);
    assert.deepEqual(countsOf(await scene.runs()), { staged: 1, inserted: 1 });
    assert.equal((await scene.latest())?.number, 2);
  });

  it('ERROR: none starts, by a call or by the clock', async () => {
    const scene = await syncScene(world);
    await scene.session(orders(2));
    const status = (to: 'ERROR' | 'STARTED') =>
      world.stores.connections.change(scene.connection._id, () => ({ status: to }));
    await status('ERROR');
    await assert.rejects(scene.runs(), { code: 'CONNECTION_HELD' });
    await scene.port.tick(scene.syncId, { id: 'tick 1', by: tester });
    const ended = await lastEnd(scene);
    assert.deepEqual([ended.runId, ended.reason, await scene.latest()], [null, 'CONNECTION_HELD', null]);
    await status('STARTED');
    assert.deepEqual(countsOf(await scene.runs()), { staged: 2, inserted: 2 });
  });

  it('8: it goes on with the records there are', async () => {
    const scene = await syncScene(world);
    await scene.session(orders(2));
    await world.stores.connections.change(scene.connection._id, () => ({ ownCode: 8, authorized: false }));
    assert.deepEqual(countsOf(await scene.runs()), { staged: 2, inserted: 2 });
  });

  it('26: its runs are canceled, it is disabled, what it knew of rows is purged; the destination keeps its rows', async () => {
    const box = createBox();
    const scene = await syncScene(world, {}, box);
    await scene.session(orders(30));
    let disconnected: Promise<unknown> | undefined;
    box.onWrite = async (call_) => {
      if (call_ !== 2) return;
      disconnected = connectionOf(scene).then((connection) =>
        world.sessions().disconnect(connection, { by: tester, keepData: false }),
      );
      await untilStopped();
    };
    const run = await scene.runs();
    await disconnected;
    assert.deepEqual([run.status, run.reason], ['canceled', 'CONNECTION_DISCONNECTED']);
    assert.deepEqual(await scene.status(), ['disabled', 'CONNECTION_DISCONNECTED']);
    assert.equal(box.rows.size, 20);
    const ended = await until('DISCONNECTED', async () => {
      const { status } = await connectionOf(scene);
      return status === 'DISCONNECTED' ? { found: status } : { seen: status };
    });
    assert.equal(ended, 'DISCONNECTED');
    const receipt = await world.stores.receipts.get(`${scene.connection._id}/1`);
    const told = receipt?.collections.find(({ name }) => name === `syncRecords.${scene.syncId}`);
    assert.deepEqual([told?.outcome, (told?.count ?? 0) >= 20], ['deleted', true]);
    assert.equal(await scene.rows.isEmpty(), true);
    await assert.rejects(scene.runs(), { code: 'SYNC_DISABLED' });
    assert.equal((await scene.run(1))?.ledger.inserted, 20);
  });

  it('26: a run that was paused is canceled too', async () => {
    const scene = await syncScene(world);
    await scene.session(orders(3));
    scene.box.failures.push('DESTINATION_QUOTA');
    assert.equal((await scene.runs()).status, 'paused');
    await world.sessions().disconnect(await connectionOf(scene), { by: tester, keepData: false });
    const run = await scene.reaches('canceled', 1);
    assert.equal(run.reason, 'CONNECTION_DISCONNECTED');
  });

  it('19: a session that ends starts the syncs that follow it, and no others', async (t) => {
    const app = await startPagedApp<string>({ resources: { orders: pagedRows(12) } });
    t.after(() => app.stop());
    const follows = { schedule: { kind: 'AFTER_SESSION' } } as const;
    const scene = await syncScene(world, follows, createBox(), { baseUrl: app.url });
    const load = async () => {
      await world.sessions().startSession(scene.connection, { kind: 'load', by: tester });
      await world.reaches(scene.connection._id, 19);
    };
    await load();
    const first = await scene.reaches('success', 1);
    assert.deepEqual(
      [first.by.id, countsOf(first)],
      [`session ${scene.connection._id}.1`, { staged: 12, inserted: 12 }],
    );
    await world.closes(scene.connection._id);
    await scene.change({ schedule: { kind: 'MANUAL' } });
    await load();
    await world.closes(scene.connection._id);
    assert.equal((await world.stores.syncs.get(scene.syncId))?.latestRun, 1);
  });
});

describe('a sync that is disabled while it runs', { concurrency: 2 }, () => {
  let world: World;
  before(async () => {
    world = await startWorld();
  });
  after(() => world?.stop());

  const disable = async (scene: SyncScene) => {
    await world.stores.syncs.change(scene.syncId, () => ({ status: 'disabled' }));
    await scene.port.pauseRun(scene.syncId, { reason: 'SYNC_DISABLED', by: tester });
  };
  const enable = (scene: SyncScene) => world.stores.syncs.change(scene.syncId, () => ({ status: 'pending' }));

  it('pauses once it delivered something, and finishes the rest when it is enabled and run again', async () => {
    const scene = await syncScene(world);
    await scene.session(orders(20));
    scene.box.onWrite = async (call) => {
      if (call !== 1) return;
      await disable(scene);
      await untilStopped();
    };
    const run = await scene.runs();
    assert.deepEqual([run.status, run.reason], ['paused', 'SYNC_DISABLED']);
    assert.deepEqual(countsOf(run), { staged: 20, inserted: 10 });
    await assert.rejects(scene.runs(), { code: 'SYNC_DISABLED' });
    await enable(scene);
    assert.equal((await scene.runs()).number, 2);
    assert.deepEqual(countsOf((await scene.run(1)) ?? assert.fail()), { staged: 20, inserted: 20 });
    assert.deepEqual(await scene.status(), ['healthy', null]);
  });

  it('is canceled when nothing was delivered: while it stages, or waits for its destination', async () => {
    const scene = await syncScene(world);
    await scene.session(orders(5));
    await world.stores.destinations.join(scene.sync.destinationId, 'somebody-else');
    await world.stopPool();
    await scene.port.startRun(scene.syncId, { by: tester });
    await scene.reaches('querying');
    await disable(scene);
    const staging = await scene.reaches('canceled', 1);
    assert.deepEqual([staging.reason, countsOf(staging)], ['SYNC_DISABLED', {}]);
    await world.startPool();
    await enable(scene);
    assert.deepEqual(countsOf(await scene.runs()), { staged: 5, inserted: 5 });
  });
});
