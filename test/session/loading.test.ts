import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { pagedCredentials, pagedRows } from '../support/paged-app.ts';
import { until } from '../support/until.ts';
import { startWorld, type World } from '../support/world.ts';
import { setScene } from './scene.ts';

describe('loading', { concurrency: 4 }, () => {
  let world: World;
  before(async () => {
    world = await startWorld({ batchRows: 10 });
  });
  after(() => world.stop());

  it('2 to 11 when the app refuses, 11 to 2 by retry of the failed resource only', async (t) => {
    const scene = await setScene(world, t, { resources: ['orders', 'customers'] });
    scene.app.faults.fail = { count: 1, status: 400, resource: 'customers' };
    await scene.load();
    const failed = await world.reaches(scene.id, 11);
    assert.deepEqual(failed.failedResources, ['customers']);
    assert.equal(failed.reason, 'SOURCE_REFUSED');
    assert.equal(await scene.call('retry'), 2);
    const synced = await world.reaches(scene.id, 19);
    assert.equal(synced._id, failed._id);
    assert.equal(scene.app.asked.filter(({ resource }) => resource === 'orders').length, 1);
  });

  it('goes on with the others when a resource may fail', async (t) => {
    const scene = await setScene(world, t, {
      resources: ['orders', 'customers'],
      onError: { customers: 'continue' },
    });
    scene.app.faults.fail = { count: 99, status: 404, resource: 'customers' };
    await scene.load();
    const synced = await world.reaches(scene.id, 19);
    const runs = await world.stores.structuring.many(synced._id, synced.resources);
    assert.deepEqual(
      runs.map(({ resource, ledger }) => [resource, ledger.inserted]),
      [['orders', 20]],
    );
  });

  it('tries a server error again, and gives up after five attempts without a batch', async (t) => {
    const scene = await setScene(world, t);
    scene.app.faults.fail = { count: 3, status: 503 };
    await scene.load();
    await world.reaches(scene.id, 19);
    await world.closes(scene.id);
    scene.app.faults.fail = { count: 99, status: 503 };
    await scene.load();
    const failed = await world.reaches(scene.id, 11);
    assert.equal(failed.reason, 'SOURCE_SERVER_ERROR');
    assert.equal(scene.app.asked.length, 4 + 5);
  });

  it('2 to 11 by cancel at a batch border; a second cancel drops what is stored, the next session loads again', async (t) => {
    const scene = await setScene(world, t, { rows: { orders: pagedRows(60) }, pageSize: 10 });
    scene.app.faults.hold = true;
    await scene.load();
    await until('a request', async () => (scene.app.waiting() > 0 ? { found: true } : { seen: 'none' }));
    assert.equal(await scene.call('cancel'), 11);
    scene.app.release();
    const canceled = await world.latest(scene.id);
    assert.equal(canceled.reason, 'CANCELED');
    assert.equal(await scene.call('cancel', 'not needed'), 11);
    const closed = await world.closes(scene.id);
    assert.equal(closed.closedBy, 'canceled');
    assert.equal(await world.stores.loading.checkpoint(closed._id, 'orders'), null);
    await scene.load();
    const next = await world.reaches(scene.id, 19);
    assert.notEqual(next._id, closed._id);
    assert.equal(await world.stores.records.of(scene.id, 1, 'orders').count(), 60);
  });

  it('2 to 23 when no batch is stored for too long, 23 to 2 by retry', async (t) => {
    const scene = await setScene(world, t, { durations: { noProgressMs: 2_000 } });
    scene.app.faults.hold = true;
    await scene.load();
    const timedOut = await world.reaches(scene.id, 23);
    assert.equal(timedOut.reason, 'NO_PROGRESS');
    scene.app.release();
    assert.equal(await scene.call('retry'), 2);
    await world.reaches(scene.id, 19);
  });

  it('2 to 23 when all in all it takes too long, and what is stored is kept', async (t) => {
    const scene = await setScene(world, t, {
      rows: { orders: pagedRows(40) },
      pageSize: 10,
      durations: { loadingMs: 4_000 },
    });
    let asked = 0;
    scene.app.faults.hold = false;
    scene.app.onPage = () => {
      asked += 1;
      if (asked === 3) scene.app.faults.hold = true;
    };
    await scene.load();
    const timedOut = await world.reaches(scene.id, 23);
    assert.equal(timedOut.reason, 'TOO_LONG');
    assert.equal((await world.stores.loading.checkpoint(timedOut._id, 'orders'))?.rows, 20);
    scene.app.release();
    await scene.call('retry');
    await world.reaches(scene.id, 19);
    const offsets = scene.app.asked.map(({ offset }) => offset);
    assert.deepEqual(
      offsets.filter((offset) => offset < 20),
      [0, 10],
      'what was stored is not read again',
    );
    assert.equal(await world.stores.records.of(scene.id, 1, 'orders').count(), 40);
  });

  it('2 to 8 when the grant is revoked, the rows before are kept', async (t) => {
    const scene = await setScene(world, t);
    scene.app.faults.revoked = true;
    await scene.load();
    assert.equal((await world.reaches(scene.id, 8)).reason, 'GRANT_REVOKED');
    await world.closes(scene.id);
    await scene.load();
    const outcome = (await scene.outcome()) as { reason: string };
    assert.equal(outcome.reason, 'NOT_AUTHORIZED');
  });

  it('11 and 23 to 8 when the app tells of a revocation', async (t) => {
    const failed = await setScene(world, t);
    failed.app.faults.fail = { count: 1, status: 400 };
    await failed.load();
    await world.reaches(failed.id, 11);
    await world.deliver(failed.connection, { kind: 'revoked' });
    await world.reaches(failed.id, 8);

    const stuck = await setScene(world, t, { durations: { noProgressMs: 300 } });
    stuck.app.faults.hold = true;
    await stuck.load();
    await world.reaches(stuck.id, 23);
    await world.deliver(stuck.connection, { kind: 'revoked' });
    await world.reaches(stuck.id, 8);
  });

  it('keeps the wait that the app asked for', async (t) => {
    const scene = await setScene(world, t, { durations: { noProgressMs: 5_000 } });
    scene.app.faults.fail = { count: 1, status: 429, retryAfterSeconds: 1 };
    await scene.load();
    const synced = await world.reaches(scene.id, 19);
    assert.deepEqual(await world.path(synced._id), [2, 12, 13, 15, 16, 18, 19]);
  });
});

describe('an aggregator app', { concurrency: 4 }, () => {
  let world: World;
  before(async () => {
    world = await startWorld();
  });
  after(() => world.stop());

  it('9 to 25 to 2: waits for the webhook after authorization', async (t) => {
    const scene = await setScene(world, t, { configuring: true, aggregator: 'first' });
    await scene.authorize();
    await world.deliver(scene.connection, { kind: 'credentials', payload: pagedCredentials.bearer });
    await world.reaches(scene.id, 25);
    await world.deliver(scene.connection, { kind: 'webhook', event: 'data.ready' });
    const synced = await world.reaches(scene.id, 19);
    assert.deepEqual((await world.path(synced._id)).slice(0, 4), [6, 9, 25, 2]);
  });

  it('takes a webhook that came before the session waited, and before there was a session', async (t) => {
    const scene = await setScene(world, t, { aggregator: 'first' });
    await world.deliver(scene.connection, { kind: 'webhook', event: 'data.ready' });
    const synced = await world.reaches(scene.id, 19);
    assert.deepEqual((await world.path(synced._id)).slice(0, 2), [25, 2]);
  });

  it('waits for all webhooks where the definition says so', async (t) => {
    const scene = await setScene(world, t, { aggregator: 'all', resources: ['orders', 'customers'] });
    await world.deliver(scene.connection, { kind: 'webhook', event: 'orders.ready' });
    await world.reaches(scene.id, 25);
    await world.deliver(scene.connection, { kind: 'webhook', event: 'customers.ready' });
    await world.reaches(scene.id, 19);
  });

  it('25 to 23 when it never comes or by cancel, and back to 25 by retry', async (t) => {
    const scene = await setScene(world, t, { aggregator: 'first', durations: { webhookWaitMs: 300 } });
    await scene.load();
    assert.equal((await world.reaches(scene.id, 23)).reason, 'WEBHOOK_TIMED_OUT');
    assert.equal(await scene.call('retry'), 25);
    const slow = await setScene(world, t, { aggregator: 'first' });
    await slow.load();
    await world.reaches(slow.id, 25);
    assert.equal(await slow.call('cancel'), 23);
    assert.equal((await world.latest(slow.id)).reason, 'CANCELED');
    assert.equal(await slow.call('retry'), 25);
    await world.deliver(slow.connection, { kind: 'webhook', event: 'data.ready' });
    await world.reaches(slow.id, 19);
  });

  it('25 to 11 when the aggregator reports an error, 11 to 25 by retry, since the webhook never came', async (t) => {
    const scene = await setScene(world, t, { aggregator: 'first' });
    await scene.load();
    await world.reaches(scene.id, 25);
    await world.deliver(scene.connection, { kind: 'webhook', event: 'data.failed' });
    assert.equal((await world.reaches(scene.id, 11)).reason, 'AGGREGATOR_ERROR');
    assert.equal(await scene.call('retry'), 25);
    await world.deliver(scene.connection, { kind: 'webhook', event: 'data.ready' });
    await world.reaches(scene.id, 19);
  });

  it('25 to 8 when the app tells of a revocation', async (t) => {
    const scene = await setScene(world, t, { aggregator: 'first' });
    await scene.load();
    await world.reaches(scene.id, 25);
    await world.deliver(scene.connection, { kind: 'revoked' });
    await world.reaches(scene.id, 8);
  });

  it('starts the next session with a webhook that is left at 19', async (t) => {
    const scene = await setScene(world, t, { aggregator: 'first' });
    scene.app.faults.hold = true;
    await world.deliver(scene.connection, { kind: 'webhook', event: 'data.ready', id: 'one' });
    const first = await world.reaches(scene.id, 2);
    await world.deliver(scene.connection, { kind: 'webhook', event: 'data.ready', id: 'two' });
    scene.app.release();
    await world.reaches(scene.id, 19, (session) => session.number === first.number + 1);
  });
});
