import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { pino } from 'pino';
import { createSyncTidy } from '../../client/sync-tidy.ts';
import { createBox, createGate } from '../support/box.ts';
import { countsOf, orders, type SyncScene, syncScene } from '../support/sync-scene.ts';
import { until } from '../support/until.ts';
import { startWorld, tester, type World } from '../support/world.ts';

const log = pino({ level: 'silent' });

describe('a sync run that is left behind', { concurrency: 4 }, () => {
  let world: World;
  before(async () => {
    world = await startWorld();
  });
  const gates: (() => void)[] = [];
  after(async () => {
    for (const open of gates) open();
    await world?.stop();
  });

  /** Ends the execution from outside, as a person may in the Temporal Web UI. */
  const terminate = ({ syncId }: SyncScene) =>
    world.client.workflow.getHandle(`sync-run/${syncId}`).terminate('by hand');

  /** A run that stands in the middle of its delivery; the function lets it go on. */
  async function delivering(scene: SyncScene): Promise<() => void> {
    const { opened, open } = createGate();
    gates.push(open);
    scene.box.onWrite = (call) => (call === 2 ? opened : undefined);
    await scene.port.startRun(scene.syncId, { by: tester });
    await until('the second call', async () =>
      scene.box.calls.length === 2 ? { found: true } : { seen: `${scene.box.calls.length} calls` },
    );
    return open;
  }

  it('because it was paused for too long ends without anybody running the sync', async () => {
    const scene = await syncScene(world);
    await scene.session(orders(3));
    scene.box.failures.push('DESTINATION_QUOTA');
    assert.equal((await scene.runs()).status, 'paused');
    const look = (syncs = scene.port, resumeWindowMs = 60_000) =>
      createSyncTidy({ stores: world.stores, syncs, log, resumeWindowMs }).round();
    await look();
    assert.equal((await scene.latest())?.status, 'paused');
    // It cannot go on while its connection is paused, so that time does not count.
    const { _id: connectionId } = scene.connection;
    const connection = (status: 'PAUSED' | 'STARTED') =>
      world.stores.connections.change(connectionId, () => ({ status }));
    await connection('PAUSED');
    await look(world.syncs({ resumeWindowMs: 0 }), 0);
    await assert.rejects(scene.runs({}, world.syncs({ resumeWindowMs: 0 })), { code: 'CONNECTION_HELD' });
    assert.equal((await scene.latest())?.status, 'paused');
    await connection('STARTED');
    await look(world.syncs({ resumeWindowMs: 0 }), 0);
    const over = await scene.reaches('failed', 1);
    assert.equal(over.reason, 'RESUME_WINDOW_OVER');
    assert.deepEqual(await scene.status(), ['failed', 'RESUME_WINDOW_OVER']);
    assert.equal((await world.stores.syncs.get(scene.syncId))?.latestRun, 1);
    assert.deepEqual(countsOf(await scene.runs()), { staged: 3, inserted: 3 });
  });

  it('by an execution that was ended from outside is ended as RUN_ABANDONED; one that works is left alone', async () => {
    const [dead, alive] = [await syncScene(world), await syncScene(world)];
    for (const scene of [dead, alive]) await scene.session(orders(20));
    const [goOn, goOnToo] = [await delivering(dead), await delivering(alive)];
    await terminate(dead);
    await createSyncTidy({ stores: world.stores, syncs: dead.port, log, resumeWindowMs: 60_000 }).round();
    const run = await dead.reaches('failed', 1);
    assert.equal(run.reason, 'RUN_ABANDONED');
    // Whoever waits for the destination is not kept waiting by a run that is no more.
    assert.deepEqual(await world.stores.destinations.holders(dead.sync.destinationId), []);
    assert.equal((await alive.latest())?.status, 'inProgress');
    goOn();
    goOnToo();
    await alive.reaches('success', 1);
    // What has no outcome may have arrived or not: it is sent again.
    const next = await dead.runs();
    assert.deepEqual([next.status, next.ledger.staged, dead.box.rows.size], ['success', 20, 20]);
  });

  it('is ended by the next run too, and its slot goes to the one that waits', async () => {
    const box = createBox();
    const first = await syncScene(world, {}, box);
    const second = await syncScene(world, { destinationId: first.sync.destinationId }, box);
    await first.session(orders(20));
    await second.session({ x: { name: 'x', amount: 1 } });
    const goOn = await delivering(first);
    await terminate(first);
    assert.deepEqual(await world.stores.destinations.holders(first.sync.destinationId), [first.syncId]);
    const waiting = second.runs();
    goOn();
    assert.equal((await waiting).status, 'success');
    await first.runs();
    assert.equal((await first.run(1))?.reason, 'RUN_ABANDONED');
    assert.equal((await first.run(2))?.status, 'success');
    assert.deepEqual(await world.stores.destinations.holders(first.sync.destinationId), []);
  });
});
