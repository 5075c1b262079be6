import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createBox, createGate } from '../support/box.ts';
import { countsOf, orders, syncScene } from '../support/sync-scene.ts';
import { startWorld, tester, type World } from '../support/world.ts';

describe('a sync run', { concurrency: 4 }, () => {
  let world: World;
  before(async () => {
    world = await startWorld();
  });
  after(() => world?.stop());

  it('delivers what is new, changed and gone, and nothing twice', async () => {
    const scene = await syncScene(world);
    await scene.session(orders(25));
    const first = await scene.runs();
    assert.deepEqual(countsOf(first), { staged: 25, inserted: 25 });
    assert.deepEqual(
      (await world.stores.syncRuns.timeline(first._id)).map(({ to }) => to),
      ['started', 'querying', 'queued', 'inProgress', 'success'],
    );
    assert.deepEqual(scene.box.rows.get('o3'), { id: 'o3', name: 'first 3', amount: 3 });
    assert.deepEqual(await scene.status(), ['healthy', null]);

    assert.deepEqual(countsOf(await scene.runs()), {});
    assert.equal(scene.box.calls.length, 3);

    // o1 comes back as it was, o2 is in the session twice over, o4 changes only where the mapping does not look.
    await scene.session({ o2: { name: 'second', amount: 2 }, o4: { name: 'first 4', amount: 4, other: 1 } });
    await scene.session({ o2: { name: 'third', amount: 2 }, o1: { name: 'first 1', amount: 1 } }, ['o5']);
    const third = await scene.runs();
    assert.deepEqual(countsOf(third), { staged: 4, updated: 1, deleted: 1, skipped: 2 });
    assert.deepEqual(scene.box.rows.get('o2'), { id: 'o2', name: 'third', amount: 2 });
    assert.equal(scene.box.rows.has('o5'), false);
    assert.equal((await scene.rows.get('o2'))?.status, 'success');
  });

  it('stages again by a changed mapping or filter; what leaves the filter is deleted', async () => {
    const scene = await syncScene(world);
    await scene.session(orders(6));
    await scene.runs();
    await scene.change({ model: { resource: 'orders', filter: { amount: [1, 2] } } });
    assert.deepEqual(countsOf(await scene.runs()), { staged: 6, deleted: 4, skipped: 2 });
    await scene.change({
      mapping: [{ to: 'title', type: 'text', from: { template: '{{ name | upcase }}' } }],
    });
    assert.deepEqual(countsOf(await scene.runs()), { staged: 2, updated: 2 });
    assert.deepEqual(scene.held(), {
      o1: { id: 'o1', title: 'FIRST 1' },
      o2: { id: 'o2', title: 'FIRST 2' },
    });
  });

  it('keeps the rules of its mode', async () => {
    for (const [mode, second, left] of [
      ['upsert', { staged: 2, updated: 1, skipped: 1 }, ['o0', 'o1']],
      ['insertOnly', { staged: 2, skipped: 2 }, ['o0', 'o1']],
      ['full', { staged: 2, updated: 1, deleted: 1 }, ['o0']],
    ] as const) {
      const scene = await syncScene(world, { mode });
      await scene.session(orders(2));
      await scene.runs();
      await scene.session({ o0: { name: 'new', amount: 9 } }, ['o1']);
      assert.deepEqual(countsOf(await scene.runs()), second, mode);
      assert.deepEqual(Object.keys(scene.held()), left, mode);
      // A second full refresh sends everything again.
      if (mode === 'full') assert.deepEqual(countsOf(await scene.runs()), { staged: 1, updated: 1 });
    }
  });

  it('quarantines what cannot be mapped, by name and reason, and heals when the record does', async () => {
    const scene = await syncScene(world, {
      mapping: [
        { to: 'amount', type: 'integer', from: { field: 'amount' } },
        { to: 'text', type: 'text', from: { template: 'for {{ name }}' } },
      ],
    });
    await scene.session({
      a: { name: 'A', amount: 'much' },
      b: { amount: 1 },
      c: { name: 'C', amount: '7' },
    });
    const first = await scene.runs();
    assert.deepEqual(countsOf(first), { staged: 3, inserted: 1, quarantined: 2 });
    assert.equal(first.status, 'success');
    assert.match((await scene.rows.get('a'))?.error?.message ?? '', /amount: "much" is no whole number/);
    assert.equal((await scene.rows.get('b'))?.error?.code, 'TEMPLATE_FAILED');
    await scene.session({ a: { name: 'A', amount: 4 } });
    assert.deepEqual(countsOf(await scene.runs()), { staged: 1, inserted: 1 });
    assert.deepEqual(scene.held(), {
      a: { id: 'a', amount: 4, text: 'for A' },
      c: { id: 'c', amount: 7, text: 'for C' },
    });
  });

  it('tests one record, resyncs one or all, and leaves the status alone in a test', async () => {
    const scene = await syncScene(world);
    await scene.session(orders(5));
    assert.deepEqual(countsOf(await scene.runs({ kind: 'test' })), { staged: 1, inserted: 1 });
    assert.deepEqual(await scene.status(), ['pending', null]);
    assert.deepEqual(countsOf(await scene.runs()), { staged: 5, inserted: 4, skipped: 1 });
    assert.deepEqual(countsOf(await scene.runs({ kind: 'resync', key: 'o2' })), { staged: 1, updated: 1 });
    assert.deepEqual(countsOf(await scene.runs({ kind: 'resync' })), { staged: 5, updated: 5 });
  });

  it('follows the sessions of its connection: one that comes while it runs is taken along', async () => {
    const scene = await syncScene(world, { schedule: { kind: 'AFTER_SESSION' } });
    await scene.session(orders(12));
    scene.box.onWrite = async (call) => {
      if (call !== 1) return;
      await scene.session({ late: { name: 'late', amount: 0 } });
      await scene.port.tick(scene.syncId, { id: 'session 2', by: tester });
    };
    await scene.runs();
    assert.deepEqual(countsOf((await scene.run(2)) ?? assert.fail()), { staged: 1, inserted: 1 });
    assert.equal(scene.held().late?.name, 'late');
  });

  it('waits for the slot of its destination and shows its place', async () => {
    const box = createBox();
    const first = await syncScene(world, {}, box);
    const second = await syncScene(world, { destinationId: first.sync.destinationId }, box);
    await first.session(orders(3));
    await second.session({ x: { name: 'x', amount: 1 } });
    const { opened, open } = createGate();
    box.onWrite = () => opened;
    const one = first.runs();
    await first.reaches('inProgress');
    await assert.rejects(first.port.startRun(first.syncId, { by: tester }), { code: 'SYNC_RUN_OPEN' });
    const two = second.runs();
    const queued = await second.reaches('queued');
    const { destinationId } = first.sync;
    assert.equal(await world.stores.destinations.place(destinationId, queued.syncId), 1);
    open();
    assert.equal((await one).status, 'success');
    assert.equal((await two).status, 'success');
    assert.deepEqual(await world.stores.destinations.holders(destinationId), []);
  });
});
