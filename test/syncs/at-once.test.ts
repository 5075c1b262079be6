import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createGate, untilStopped } from '../support/box.ts';
import { countsOf, orders, syncScene } from '../support/sync-scene.ts';
import { startWorld, tester, type World } from '../support/world.ts';

describe('a destination that takes several calls at once', { concurrency: 4 }, () => {
  let world: World;
  before(async () => {
    world = await startWorld();
  });
  after(() => world?.stop());

  async function scene(rows: number) {
    const made = await syncScene(world);
    made.box.callsAtOnce = 3;
    await made.session(orders(rows));
    return made;
  }

  it('gets so many and never more, and every row counts once', async () => {
    const { box, runs } = await scene(120);
    const three = createGate();
    let underWay = 0;
    let most = 0;
    box.onWrite = async () => {
      underWay += 1;
      most = Math.max(most, underWay);
      if (underWay === 3) three.open();
      await three.opened;
      for (let turn = 0; turn < 5; turn++) await nextTurn();
      underWay -= 1;
    };
    assert.deepEqual(countsOf(await runs()), { staged: 120, inserted: 120 });
    assert.deepEqual([most, box.calls.length, box.rows.size], [3, 12, 120]);
  });

  it('fails with one of them: what came before it counts, what came after it is sent again', async () => {
    const { box, rows, runs, status } = await scene(50);
    const [fourth, failed] = [createGate(), createGate()];
    box.onWrite = async (call) => {
      if (call === 2) {
        await fourth.opened;
        box.failures.push('DESTINATION_GONE');
        failed.open();
      }
      if (call < 3) return;
      if (call === 4) fourth.open();
      await failed.opened;
      await nextTurn();
    };
    const run = await runs();
    assert.deepEqual([run.status, run.reason], ['failed', 'DESTINATION_GONE']);
    assert.deepEqual(countsOf(run), { staged: 50, inserted: 10 });
    assert.deepEqual([box.calls.length, box.rows.size], [4, 30]);
    const arrived = box.calls[2]?.[0]?.split(' ')[1] ?? assert.fail();
    assert.equal((await rows.get(arrived))?.status, 'pending', 'nobody knows whether it arrived');
    box.onWrite = null;
    assert.deepEqual(countsOf(await runs()), { staged: 50, inserted: 40, skipped: 10 });
    assert.deepEqual([box.rows.size, await status()], [50, ['healthy', null]]);
  });

  it('fails with the first of two: what is certain counts, whatever the other one says', async () => {
    const { box, runs } = await scene(50);
    const [fourth, failed] = [createGate(), createGate()];
    box.onWrite = async (call) => {
      if (call === 2) {
        await fourth.opened;
        for (const row of box.calls[2] ?? []) box.misnamed.add(row.split(' ')[1] ?? assert.fail());
        box.failures.push('DESTINATION_GONE');
        failed.open();
      }
      if (call < 3) return;
      if (call === 4) fourth.open();
      await failed.opened;
      await nextTurn();
    };
    const run = await runs();
    assert.deepEqual([run.status, run.reason], ['failed', 'DESTINATION_GONE']);
    assert.deepEqual(countsOf(run), { staged: 50, inserted: 10 });
    box.misnamed.clear();
    box.onWrite = null;
    assert.deepEqual(countsOf(await runs()), { staged: 50, inserted: 40, skipped: 10 });
  });

  it('stops at the border of those that are under way', async () => {
    const { box, port, syncId, reaches, runs } = await scene(80);
    const third = createGate();
    let canceled: Promise<unknown> | undefined;
    box.onWrite = async (call) => {
      if (call === 3) {
        third.open();
        canceled = port.cancelRun(syncId, { by: tester });
      }
      await third.opened;
      await untilStopped();
    };
    await runs();
    await canceled;
    const run = await reaches('canceled');
    assert.deepEqual(countsOf(run), { staged: 80, inserted: 30 });
    assert.deepEqual([box.calls.length, box.rows.size], [3, 30]);
  });
});
