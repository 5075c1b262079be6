import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { replaySync } from '../../activities/quarantine/replay-sync.ts';
import type { SyncRunDoc } from '../../stores/model.ts';
import { createBox, untilStopped } from '../support/box.ts';
import { countsOf, orders, type SyncScene, syncScene } from '../support/sync-scene.ts';
import { until } from '../support/until.ts';
import { startWorld, tester, type World } from '../support/world.ts';

describe('a sync run that is disturbed', { concurrency: 4 }, () => {
  let world: World;
  before(async () => {
    world = await startWorld();
  });
  after(() => world?.stop());

  /** A run of five rows that waits for its destination, which somebody else has. */
  async function queued() {
    const box = createBox();
    const holder = await syncScene(world, {}, box);
    const { destinationId } = holder.sync;
    const scene = await syncScene(world, { destinationId }, box);
    await holder.session({ x: { name: 'x', amount: 1 } });
    await scene.session(orders(5));
    let open = (): void => undefined;
    box.onWrite = () =>
      new Promise<void>((resolve) => {
        open = resolve;
      });
    const held = holder.runs();
    await holder.reaches('inProgress');
    await until('the call of the holder', async () =>
      box.calls.length > 0 ? { found: true } : { seen: 'none' },
    );
    box.calls.length = 0;
    await scene.port.startRun(scene.syncId, { by: tester });
    await scene.reaches('queued');
    const leave = async () => {
      box.onWrite = null;
      open();
      await held;
    };
    return { scene, leave };
  }

  it('tries rejected rows again though nothing changed, fails above the threshold, and heals', async () => {
    const scene = await syncScene(world);
    await scene.session(orders(12));
    scene.box.refuses.set('o3', 'no such category');
    const first = await scene.runs();
    assert.deepEqual([first.status, first.reason], ['failed', 'ROWS_REJECTED']);
    assert.deepEqual(countsOf(first), { staged: 12, inserted: 11, rejected: 1 });
    assert.deepEqual(await scene.status(), ['failed', 'ROWS_REJECTED']);
    const row = await scene.rows.get('o3');
    assert.deepEqual([row?.status, row?.error?.message, row?.attempts], ['failed', 'no such category', 1]);
    assert.match(row?.error?.requestId ?? '', /^request-/);

    scene.box.refuses.clear();
    const second = await scene.runs();
    assert.deepEqual(countsOf(second), { staged: 1, inserted: 1, retried: 1 });
    assert.deepEqual(await scene.status(), ['healthy', null]);
    assert.equal(scene.box.rows.size, 12);
  });

  it('backs off with a row that stays rejected, then quarantines it and goes on without it', async () => {
    const scene = await syncScene(world);
    await scene.session(orders(2));
    scene.box.refuses.set('o1', 'never');
    const told: Record<string, number>[] = [];
    for (let run = 1; run <= 5; run++) told.push(countsOf(await scene.runs()));
    assert.deepEqual(told, [
      { staged: 2, inserted: 1, rejected: 1 },
      { staged: 1, rejected: 1, retried: 1 },
      { staged: 1, rejected: 1 },
      { staged: 1, quarantined: 1, retried: 1 },
      {},
    ]);
    assert.deepEqual(await scene.status(), ['healthy', null]);
    assert.equal((await scene.rows.get('o1'))?.status, 'quarantined');
    scene.box.refuses.clear();
    await scene.session({ o1: { name: 'mended', amount: 1 } });
    assert.deepEqual(countsOf(await scene.runs()), { staged: 1, inserted: 1 });
  });

  it('succeeds with rejected rows within the threshold, and refuses a row that is too large before it is sent', async () => {
    const scene = await syncScene(world, { rejectedThreshold: 1 }, createBox({ rowBytes: 200 }));
    await scene.session({ ...orders(2), large: { name: 'x'.repeat(300), amount: 1 } });
    const run = await scene.runs();
    assert.equal(run.status, 'success');
    assert.deepEqual(countsOf(run), { staged: 3, inserted: 2, rejected: 1 });
    assert.equal((await scene.rows.get('large'))?.error?.code, 'ROW_TOO_LARGE');
    assert.equal(scene.box.calls.flat().includes('insert large'), false);
  });

  it('leaves to the next run what a person replays while it runs, whatever it has read by then', async () => {
    const scene = await syncScene(world, { rejectionCap: 1, rejectedThreshold: 2 });
    await scene.session(orders(6));
    for (const key of ['o3', 'o4']) scene.box.refuses.set(key, 'no');
    assert.deepEqual(countsOf(await scene.runs()), { staged: 6, inserted: 4, quarantined: 2 });
    scene.box.refuses.clear();
    /** By a call that looked for an open run in the last moment before there was one. */
    const replayDuring = async (id: string): Promise<SyncRunDoc> => {
      const before = (await world.stores.syncs.get(scene.syncId)) ?? assert.fail();
      await scene.session({ o1: { name: `before ${id}`, amount: 1 } });
      const ports = { stores: world.stores, now: () => new Date() };
      scene.box.onWrite = async () => {
        scene.box.onWrite = null;
        await replaySync(ports, before, { ids: [id] }, tester);
      };
      return scene.runs();
    };
    assert.deepEqual(countsOf(await replayDuring('o3')), { staged: 1, updated: 1 });
    assert.deepEqual(countsOf(await replayDuring('o4')), { staged: 2, updated: 1, inserted: 1 });
    assert.equal((await scene.rows.get('o3'))?.status, 'success');
    assert.equal(countsOf(await scene.runs()).inserted, 1);
    assert.equal((await scene.rows.get('o4'))?.status, 'success');
    assert.deepEqual(countsOf(await scene.runs()), {});
  });

  it('shows what a slow destination took before its list is through', async () => {
    const scene = await syncScene(world, {}, createBox({ rowsPerWrite: 1 }));
    await scene.session(orders(5));
    scene.box.onWrite = async (call) => {
      if (call === 1) await delay(2_000);
      if (call === 2)
        await until('the first row in the ledger', async () => {
          const { ledger } = (await scene.latest()) ?? assert.fail();
          return ledger.inserted === 1 ? { found: true } : { seen: `${ledger.inserted} inserted` };
        });
    };
    assert.deepEqual(countsOf(await scene.runs()), { staged: 5, inserted: 5 });
  });

  it('pauses when the destination stays away, and the next run finishes the rest first', async () => {
    const scene = await syncScene(world);
    await scene.session(orders(25));
    scene.box.onWrite = (call) => {
      if (call === 2) for (let n = 0; n < 6; n++) scene.box.failures.push('DESTINATION_UNREACHABLE');
    };
    const paused = await scene.runs();
    assert.deepEqual([paused.status, paused.reason], ['paused', 'DESTINATION_UNREACHABLE']);
    assert.deepEqual(countsOf(paused), { staged: 25, inserted: 10 });
    assert.deepEqual(await scene.status(), ['pending', null]);

    await scene.session({ o0: { name: 'changed', amount: 0 } });
    const next = await scene.runs();
    assert.deepEqual(countsOf((await scene.run(1)) ?? assert.fail()), { staged: 25, inserted: 25 });
    assert.deepEqual(
      (await world.stores.syncRuns.timeline(`${scene.syncId}.1`)).map(({ to }) => to).slice(-3),
      ['paused', 'inProgress', 'success'],
    );
    assert.equal(next.number, 2);
    assert.deepEqual(countsOf(next), { staged: 1, updated: 1 });
  });

  it('goes on by itself after a short fault, and fails at once when the destination is gone', async () => {
    const scene = await syncScene(world);
    await scene.session(orders(15));
    scene.box.failures.push('DESTINATION_UNREACHABLE');
    assert.equal((await scene.runs()).status, 'success');
    await scene.session({ ...orders(15, 'second') });
    scene.box.onWrite = (call) => {
      if (call === 5) scene.box.failures.push('DESTINATION_GONE');
    };
    const gone = await scene.runs();
    assert.deepEqual([gone.status, gone.reason], ['failed', 'DESTINATION_GONE']);
    assert.deepEqual(countsOf(gone), { staged: 15, updated: 10 });
    // Nobody knows whether the rest arrived: it is sent again even where the record went back to what was delivered.
    assert.equal((await scene.rows.get(scene.box.calls.at(-1)?.[0]?.split(' ')[1] ?? ''))?.status, 'pending');
    const after = await scene.runs();
    assert.deepEqual(countsOf(after), { staged: 15, updated: 5, skipped: 10 });
    assert.deepEqual(await scene.status(), ['healthy', null]);
  });

  it('is canceled at a batch border and says what was delivered', async () => {
    const scene = await syncScene(world);
    await scene.session(orders(40));
    let canceled: Promise<{ readonly ledger: { readonly inserted: number } }> | undefined;
    scene.box.onWrite = async (call) => {
      if (call !== 2) return;
      canceled = scene.port.cancelRun(scene.syncId, { by: tester });
      await untilStopped();
    };
    const run = await scene.runs();
    assert.deepEqual([run.status, run.reason], ['canceled', 'CANCELED']);
    assert.equal((await canceled)?.ledger.inserted, 20);
    assert.equal(scene.box.rows.size, 20);
    assert.deepEqual(await scene.status(), ['pending', null]);
    assert.deepEqual(countsOf(await scene.runs()), { staged: 40, inserted: 20, skipped: 20 });
  });

  it('pauses with its connection; while that is paused no run starts; a paused run can be canceled', async () => {
    const scene = await syncScene(world);
    await scene.session(orders(30));
    scene.box.onWrite = async (call) => {
      if (call !== 1) return;
      await scene.port.pauseRun(scene.syncId, { reason: 'CONNECTION_PAUSED', by: tester });
      await untilStopped();
    };
    const paused = await scene.runs();
    assert.deepEqual([paused.status, paused.reason], ['paused', 'CONNECTION_PAUSED']);
    assert.deepEqual(countsOf(paused), { staged: 30, inserted: 10 });
    await world.stores.connections.change(scene.connection._id, () => ({ status: 'PAUSED' }));
    await assert.rejects(scene.runs(), { code: 'CONNECTION_HELD' });
    await world.stores.connections.change(scene.connection._id, () => ({ status: 'STARTED' }));
    const { ledger } = await scene.port.cancelRun(scene.syncId, { by: tester });
    assert.equal(ledger.inserted, 10);
    assert.equal((await scene.latest())?.status, 'canceled');
    assert.deepEqual(countsOf(await scene.runs()), { staged: 30, inserted: 20, skipped: 10 });
  });

  it('may be canceled, or its sync disabled, while it waits for its destination: nothing was delivered', async () => {
    for (const [ask, reason] of [
      [(scene: SyncScene) => scene.port.cancelRun(scene.syncId, { by: tester }), 'CANCELED'],
      [
        (scene: SyncScene) => scene.port.pauseRun(scene.syncId, { reason: 'SYNC_DISABLED', by: tester }),
        'SYNC_DISABLED',
      ],
    ] as const) {
      const { scene, leave } = await queued();
      await ask(scene);
      const run = await scene.reaches('canceled', 1);
      assert.deepEqual([run.reason, countsOf(run), scene.box.calls], [reason, { staged: 5 }, []]);
      await leave();
      assert.deepEqual(await scene.status(), ['pending', null]);
      assert.deepEqual(countsOf(await scene.runs()), { staged: 5, inserted: 5 });
    }
  });

  it('fails when its ledger does not balance', async () => {
    const { scene, leave } = await queued();
    const { _id, ledger } = (await scene.latest()) ?? assert.fail();
    await world.stores.syncRuns.note(_id, { ledger: { ...ledger, skipped: 1 } });
    await leave();
    const run = await scene.reaches('failed', 1);
    assert.equal(run.reason, 'LEDGER_UNBALANCED');
    assert.match(run.detail ?? '', /5 rows/);
    assert.deepEqual(await scene.status(), ['failed', 'LEDGER_UNBALANCED']);
  });

  it('ends a run that was paused for too long, and stages what it left', async () => {
    const scene = await syncScene(world);
    await scene.session(orders(3));
    scene.box.failures.push('DESTINATION_QUOTA');
    assert.equal((await scene.runs()).status, 'paused');
    const next = await scene.runs({}, world.syncs({ resumeWindowMs: 0 }));
    const first = await scene.run(1);
    assert.deepEqual([first?.status, first?.reason], ['failed', 'RESUME_WINDOW_OVER']);
    assert.deepEqual([next.number, next.status, countsOf(next)], [2, 'success', { staged: 3, inserted: 3 }]);
  });
});
