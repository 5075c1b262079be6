// What other products get wrong (facts.md), each as a test that passes here. Elsewhere: duplicates after a kill (Meltano,
// dlt) in test/kill/sync-killed.test.ts, webhooks before their wait (Inngest) in test/session, the death of a grant
// (Nango) in test/session, replays of later code (Airbyte) in test/replay.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { pino } from 'pino';
import { createSyncReminders } from '../../client/sync-reminders.ts';
import { createSyncTidy } from '../../client/sync-tidy.ts';
import { countsOf, orders, syncScene } from '../support/sync-scene.ts';
import { startWorld, tester, type World } from '../support/world.ts';
import { type AirtableSyncs, startAirtableSyncs } from './airtable-scene.ts';

const log = pino({ level: 'silent' });

describe('what others get wrong', { concurrency: 4 }, () => {
  let world: World;
  let airtable: AirtableSyncs;
  before(async () => {
    world = await startWorld();
    airtable = await startAirtableSyncs(world);
  });
  after(async () => {
    await airtable?.stop();
    await world?.stop();
  });

  it('Multiwoven: a failed row whose data did not change is skipped for ever, and the run is a success', async () => {
    const scene = await syncScene(world);
    await scene.session(orders(3));
    scene.box.refuses.set('o1', 'not today');
    assert.equal((await scene.runs()).status, 'failed');
    const again = await scene.runs();
    assert.deepEqual([again.status, countsOf(again)], ['failed', { staged: 1, rejected: 1, retried: 1 }]);
    assert.deepEqual(scene.box.calls.at(-1), ['insert o1']);
  });

  it('Multiwoven: one good row marks its whole batch good', async () => {
    const scene = await syncScene(world, { rejectedThreshold: 9 });
    await scene.session(orders(10));
    for (let n = 1; n < 10; n++) scene.box.refuses.set(`o${n}`, `no ${n}`);
    assert.deepEqual(countsOf(await scene.runs()), { staged: 10, inserted: 1, rejected: 9 });
    assert.equal(scene.box.calls.length, 1);
    const outcomes = await Promise.all(['o0', 'o1', 'o9'].map((key) => scene.rows.get(key)));
    assert.deepEqual(
      outcomes.map((row) => [row?.status, row?.error?.message]),
      [
        ['success', undefined],
        ['failed', 'no 1'],
        ['failed', 'no 9'],
      ],
    );
  });

  it('Multiwoven: the Airtable destination always creates, so updates make duplicates', async () => {
    const { scene, table } = await airtable.scene();
    await scene.session(orders(12));
    assert.deepEqual(countsOf(await scene.runs()), { staged: 12, inserted: 12 });
    await scene.session({ o3: { name: 'changed', amount: 3 } });
    assert.deepEqual(countsOf(await scene.runs()), { staged: 1, updated: 1 });
    const rows = airtable.base.rows(table);
    assert.equal(rows.length, 12);
    assert.deepEqual(
      rows.filter(({ id }) => id === 'o3').map(({ name }) => name),
      ['changed'],
    );
  });

  it('Multiwoven: a failed sync can never be healthy again', async () => {
    const scene = await syncScene(world);
    await scene.session(orders(2));
    scene.box.failures.push('DESTINATION_REFUSED');
    await scene.runs();
    assert.deepEqual(await scene.status(), ['failed', 'DESTINATION_REFUSED']);
    await scene.runs();
    assert.deepEqual(await scene.status(), ['healthy', null]);
  });

  it("Multiwoven: no text of the server's error is kept", async () => {
    const { scene, table } = await airtable.scene();
    for (const id of ['o0', 'o0']) airtable.base.insert(table, { id });
    await scene.session(orders(1));
    await scene.runs();
    const row = await scene.rows.get('o0');
    assert.equal(row?.error?.code, 'INVALID_REQUEST_UNKNOWN');
    assert.match(row?.error?.message ?? '', /more than one record/);
    assert.match(row?.error?.requestId ?? '', /^req-/);
  });

  it('Multiwoven: two versions of a row in one fetch race', async () => {
    const scene = await syncScene(world);
    await scene.session({ o1: { name: 'older', amount: 1 } });
    await scene.session({ o1: { name: 'newer', amount: 2 } });
    assert.deepEqual(countsOf(await scene.runs()), { staged: 1, inserted: 1 });
    assert.deepEqual(scene.box.calls, [['insert o1']]);
    assert.equal(scene.held().o1?.name, 'newer');
  });

  it('Multiwoven: alerts are never sent; others: they flap', async () => {
    const long = new Date(Date.now() - 8 * 86_400_000);
    const scene = await syncScene(world, {
      status: 'failed',
      statusReason: 'ROWS_REJECTED',
      statusSince: long,
    });
    const reminders = () => createSyncReminders({ stores: world.stores, log });
    for (let n = 0; n < 2; n++) await reminders().round();
    const events = await world.stores.db
      .collection('events')
      .find({ type: 'SyncNeedsAttention', connectionId: scene.connection._id })
      .toArray();
    assert.deepEqual(
      events.map(({ data }) => data.syncId),
      [scene.syncId],
    );
  });

  it('Multiwoven: a second full refresh stages nothing', async () => {
    const scene = await syncScene(world, { mode: 'full' });
    await scene.session(orders(3));
    assert.deepEqual(countsOf(await scene.runs()), { staged: 3, inserted: 3 });
    scene.box.rows.clear();
    assert.deepEqual(countsOf(await scene.runs()), { staged: 3, updated: 3 });
    assert.equal(scene.box.rows.size, 3);
  });

  it('a resync of everything is asked for once, and done once', async () => {
    const scene = await syncScene(world);
    await scene.session(orders(3));
    await scene.runs();
    await scene.change({ resync: 'all' });
    assert.deepEqual(countsOf(await scene.runs()), { staged: 3, updated: 3 });
    assert.equal((await world.stores.syncs.get(scene.syncId))?.resync, null);
    assert.deepEqual(countsOf(await scene.runs()), {});
  });

  it('Airbyte: rows are dropped silently, with success', async () => {
    const scene = await syncScene(world, {
      mapping: [{ to: 'amount', type: 'integer', from: { field: 'amount' } }],
    });
    await scene.session({ ok: { amount: 1 }, bad: { amount: 'x' }, [`${'k'.repeat(600)}`]: { amount: 2 } });
    const run = await scene.runs();
    assert.deepEqual(countsOf(run), { staged: 3, inserted: 1, quarantined: 2 });
    assert.equal((await scene.rows.get('k'.repeat(600)))?.error?.code, 'KEY_TOO_LONG');
  });

  it('Airbyte: a mapping that fits no row is a success', async () => {
    const amount = (type: 'integer' | 'text') => ({
      mapping: [{ to: 'amount', type, from: { field: 'amount' } }],
    });
    const scene = await syncScene(world, amount('integer'));
    await scene.session({ a: { amount: 'x' }, b: { amount: 'y' } });
    const run = await scene.runs();
    assert.deepEqual([run.status, run.reason], ['failed', 'ROWS_QUARANTINED']);
    assert.deepEqual(countsOf(run), { staged: 2, quarantined: 2 });
    assert.deepEqual(await scene.status(), ['failed', 'ROWS_QUARANTINED']);
    // They count once: the sync goes on without them.
    assert.deepEqual(countsOf(await scene.runs()), { staged: 2, skipped: 2 });
    assert.deepEqual(await scene.status(), ['healthy', null]);
    await scene.change(amount('text'));
    assert.deepEqual(countsOf(await scene.runs()), { staged: 2, inserted: 2 });
  });

  it('Airbyte: a change of settings drops tables', async () => {
    const { scene, table } = await airtable.scene({}, { mode: 'upsert' });
    await scene.session(orders(3));
    await scene.runs();
    airtable.base.insert(table, { id: 'somebody else' });
    await scene.change({
      mapping: [{ to: 'name', type: 'text', from: { field: 'name' } }],
      model: { resource: 'orders', filter: { amount: 1 } },
    });
    assert.equal((await scene.runs()).status, 'success');
    assert.equal(airtable.base.rows(table).length, 4);
    assert.deepEqual(
      airtable.base.rows(table).find(({ id }) => id === 'o2'),
      { id: 'o2', name: 'first 2', amount: 2 },
    );
  });

  it('n8n, Airbyte: executions run for ever, and nothing runs after them', async () => {
    const scene = await syncScene(world);
    await scene.session(orders(1));
    await world.stores.destinations.join(scene.sync.destinationId, 'long gone');
    let open = (): void => undefined;
    scene.box.onWrite = () =>
      new Promise((resolve) => {
        open = resolve;
      });
    await scene.port.startRun(scene.syncId, { by: tester });
    await scene.reaches('inProgress');
    await world.client.workflow.getHandle(`sync-run/${scene.syncId}`).terminate();
    await createSyncTidy({ stores: world.stores, syncs: scene.port, log }).round();
    assert.equal((await scene.reaches('failed', 1)).reason, 'RUN_ABANDONED');
    scene.box.onWrite = null;
    open();
    assert.equal((await scene.runs()).status, 'success');
  });
});
