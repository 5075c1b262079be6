import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { pagedRows } from '../support/paged-app.ts';
import { startWorld, tester, type World } from '../support/world.ts';
import { breakDeduplication, failProcessing, loosenDefinition, malformed } from './faults.ts';
import { setScene } from './scene.ts';

describe('structuring, processing and deduplication', { concurrency: 4 }, () => {
  let world: World;
  before(async () => {
    world = await startWorld({ batchRows: 10 });
  });
  after(() => world.stop());

  it('a malformed row goes to quarantine and the session ends Synced', async (t) => {
    const rows = [...pagedRows(20), ...malformed(1).map((row) => ({ ...row, id: 'bad' }))];
    const scene = await setScene(world, t, { rows: { orders: rows } });
    await scene.load();
    const synced = await world.reaches(scene.id, 19);
    assert.equal(synced.reason, 'SYNCED_WITH_QUARANTINE');
    const [row] = await world.stores.quarantine.of(scene.id, 1, 'orders').page({ limit: 10 });
    assert.equal(row?.key, 'bad');
    assert.equal(row?.reason, 'SCHEMA_MISMATCH');
    assert.match(row?.message ?? '', /amount must be number/);
  });

  it('13 to 14 above the threshold, 14 to 13 by retry with the definition as it is then', async (t) => {
    const scene = await setScene(world, t, {
      rows: { orders: [...pagedRows(20).slice(10), ...malformed(10)] },
    });
    await scene.load();
    const failed = await world.reaches(scene.id, 14);
    assert.equal(failed.reason, 'QUARANTINE_THRESHOLD');
    assert.match(failed.detail ?? '', /10 of 20 rows/);
    assert.equal(await world.stores.cursors.get(scene.id, 1, 'orders'), null, 'the cursor has not moved');
    loosenDefinition(world, scene);
    assert.equal(await scene.call('retry'), 13);
    const synced = await world.reaches(scene.id, 19);
    const [run] = await world.stores.structuring.many(synced._id, ['orders']);
    assert.equal(run?.ledger.inserted, 20);
    assert.equal(run?.ledger.quarantined, 0);
    assert.equal(await world.stores.quarantine.of(scene.id, 1, 'orders').count(), 0);
    assert.equal(scene.app.asked.length, 1, 'nothing is loaded twice');
  });

  it('16 to 17 when a substage fails, 17 to 16 by retry at that substage', async (t) => {
    const scene = await setScene(world, t);
    const mend = await failProcessing(world, scene);
    const failed = await world.latest(scene.id);
    assert.equal(failed.reason, 'SUBSTAGE_FAILED');
    assert.equal(failed.substages.monitoring?.status, 'failed');
    await mend();
    assert.equal(await scene.call('retry'), 16);
    const synced = await world.reaches(scene.id, 19);
    assert.equal(synced.substages.monitoring?.status, 'done');
    assert.equal(synced.substages.forecasting?.reason, 'NO_METRICS');
  });

  it('17 to 16 by skip of that substage, with who and why', async (t) => {
    const scene = await setScene(world, t);
    const mend = await failProcessing(world, scene);
    await mend();
    assert.equal(await scene.call('skip', 'known fault'), 16);
    const synced = await world.reaches(scene.id, 19);
    assert.equal(synced.substages.monitoring?.status, 'skipped');
    assert.match(synced.substages.monitoring?.reason ?? '', /tester: known fault/);
  });

  it('18 to 21 to 19: the app in the deduplication list', async (t) => {
    const twins = pagedRows(20).map((row, index) => ({ ...row, email: `person${index % 10}@example.com` }));
    const scene = await setScene(world, t, { deduplication: true, rows: { orders: twins } });
    await scene.load();
    const synced = await world.reaches(scene.id, 19);
    assert.deepEqual((await world.path(synced._id)).slice(-3), [18, 21, 19]);
    assert.equal(await world.stores.records.of(scene.id, 1, 'orders').count(), 10);
    const merges = world.stores.merges.of(scene.id, 1, 'orders');
    assert.equal(await merges.members.count(), 20);
    const [group] = await merges.groups.pageWhere({}, { limit: 1 });
    assert.deepEqual(group?.matchedBy, ['email']);
    const [feed] = await world.stores.feed.getMany([synced._id]);
    const last = await world.stores.feed.change(
      `${synced._id}/orders/changes/${(feed?.parts[0]?.changes ?? 0) - 1}`,
    );
    assert.equal(last?.deleted.length, 10);
  });

  it('21 to 22 when deduplication fails, 22 to 21 by retry', async (t) => {
    const scene = await setScene(world, t, { deduplication: true });
    const mend = breakDeduplication(world, scene);
    await scene.load();
    assert.equal((await world.reaches(scene.id, 22)).reason, 'DEDUPLICATION_FAILED');
    mend();
    assert.equal(await scene.call('retry'), 21);
    await world.reaches(scene.id, 19);
  });

  it('an illegal call is refused with the status and what is allowed', async (t) => {
    const scene = await setScene(world, t);
    scene.app.faults.fail = { count: 1, status: 400 };
    await scene.load();
    await world.reaches(scene.id, 11);
    await assert.rejects(scene.call('skip'), (error: { code: string; details: { allowed: string[] } }) => {
      assert.equal(error.code, 'ILLEGAL_MOVE');
      assert.deepEqual(error.details.allowed, ['retry', 'cancel', 'disconnect']);
      return true;
    });
    await assert.rejects(scene.load(), { code: 'SESSION_OPEN' });
  });

  it('closes when nobody decides in time, as a failed execution, and goes on by a later retry', async (t) => {
    const scene = await setScene(world, t, { durations: { decisionWindowMs: 300 } });
    scene.app.faults.fail = { count: 1, status: 400 };
    await scene.load();
    const closed = await world.closes(scene.id);
    assert.equal(closed.status, 11);
    assert.equal(closed.closedBy, 'window');
    await assert.rejects(scene.outcome());
    assert.equal(await scene.call('retry'), 2);
    const synced = await world.reaches(scene.id, 19);
    assert.equal(synced._id, closed._id);
    assert.equal(synced.runIds.length, 2);
  });

  it('a tick continues the latest session that closed in an error: no row lost, none loaded twice', async (t) => {
    const scene = await setScene(world, t, {
      rows: { orders: [...pagedRows(25).slice(10), ...malformed(10)] },
      durations: { decisionWindowMs: 300 },
    });
    await scene.load();
    const closed = await world.closes(scene.id);
    assert.equal(closed.status, 14);
    loosenDefinition(world, scene);
    await scene.load();
    const synced = await world.reaches(scene.id, 19);
    assert.equal(synced._id, closed._id);
    assert.equal(await world.stores.records.of(scene.id, 1, 'orders').count(), 25);
    assert.equal(scene.app.asked.length, 1);
    await world.closes(scene.id);
    await scene.load();
    await world.reaches(scene.id, 19, (session) => session.number === 2);
    assert.equal(await world.stores.records.of(scene.id, 1, 'orders').count(), 25);
  });

  it('a tick retries an open session in an error status', async (t) => {
    const scene = await setScene(world, t);
    scene.app.faults.fail = { count: 1, status: 400 };
    await scene.load();
    await world.reaches(scene.id, 11);
    const handle = world.client.workflow.getHandle(`session/${scene.id}`);
    await handle.signal('tick', { by: tester });
    await world.reaches(scene.id, 19);
  });
});
