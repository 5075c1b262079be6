import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { pagedCredentials } from '../support/paged-app.ts';
import { startWorld, tester, type World } from '../support/world.ts';
import { setScene } from './scene.ts';

const right = pagedCredentials.bearer;
const wrong = { kind: 'bearer', token: 'wrong' };

describe('authorization', { concurrency: 4 }, () => {
  let world: World;
  before(async () => {
    world = await startWorld();
  });
  after(() => world.stop());

  it('6 to 7 by wrong credentials, back by retry, on with the right ones', async (t) => {
    const scene = await setScene(world, t, { configuring: true });
    await scene.authorize();
    await world.reaches(scene.id, 6);
    await world.deliver(scene.connection, { kind: 'credentials', payload: wrong });
    const failed = await world.reaches(scene.id, 7);
    assert.equal(failed.reason, 'INVALID_CREDENTIALS');
    assert.equal(await scene.call('retry'), 6);
    await world.deliver(scene.connection, { kind: 'credentials', payload: right });
    const synced = await world.reaches(scene.id, 19);
    assert.deepEqual((await world.path(synced._id)).slice(0, 5), [6, 7, 6, 9, 2]);
  });

  it('6 to 20 when the link is never opened, and a late answer counts after retry', async (t) => {
    const scene = await setScene(world, t, { configuring: true, durations: { linkValidMs: 200 } });
    await scene.authorize();
    const timedOut = await world.reaches(scene.id, 20);
    assert.equal(timedOut.reason, 'LINK_EXPIRED');
    await world.deliver(scene.connection, { kind: 'credentials', payload: right });
    assert.equal(await scene.call('retry'), 6);
    await world.reaches(scene.id, 19);
  });

  it('6 to 20 when the page was opened and not completed', async (t) => {
    const scene = await setScene(world, t, { configuring: true, durations: { authorizationMs: 200 } });
    await scene.authorize();
    await world.reaches(scene.id, 6);
    await world.deliver(scene.connection, { kind: 'opened' });
    const timedOut = await world.reaches(scene.id, 20);
    assert.equal(timedOut.reason, 'AUTHORIZATION_TIMED_OUT');
  });

  it('6 to 20 by cancel; a second cancel closes the session', async (t) => {
    const scene = await setScene(world, t, { configuring: true });
    await scene.authorize();
    await world.reaches(scene.id, 6);
    assert.equal(await scene.call('cancel', 'wrong shop'), 20);
    const canceled = await world.latest(scene.id);
    assert.equal(canceled.reason, 'CANCELED');
    assert.equal(await scene.call('cancel'), 20);
    const closed = await world.closes(scene.id);
    assert.equal(closed.closedBy, 'canceled');
    await assert.rejects(scene.call('retry'), { code: 'ILLEGAL_MOVE' });
  });

  it('6 to 20 and 9 to 8 when the configuration is reset', async (t) => {
    const first = await setScene(world, t, { configuring: true });
    await first.authorize();
    await world.reaches(first.id, 6);
    await first.port.resetConfiguration(first.id, tester);
    assert.equal((await world.reaches(first.id, 20)).reason, 'CONFIGURATION_RESET');

    const second = await setScene(world, t, { configuring: true, unattended: false });
    await second.authorize();
    await world.deliver(second.connection, { kind: 'credentials', payload: right });
    await world.reaches(second.id, 9);
    await second.port.resetConfiguration(second.id, tester);
    assert.equal((await world.reaches(second.id, 8)).reason, 'CONFIGURATION_RESET');
  });

  it('9 holds until a person lets it proceed', async (t) => {
    const scene = await setScene(world, t, { configuring: true, unattended: false });
    await scene.authorize();
    await world.deliver(scene.connection, { kind: 'credentials', payload: right });
    await world.reaches(scene.id, 9);
    const waiting = await world.latest(scene.id);
    assert.equal(waiting.reason, 'WAITING_FOR_FINALIZATION');
    assert.equal((await world.stores.connections.get(scene.id))?.configurationStatus, 'CONNECTED');
    assert.equal(await scene.call('proceed'), 2);
    await world.reaches(scene.id, 19);
    assert.equal((await world.stores.connections.get(scene.id))?.status, 'STARTED');
  });

  it('8 by a revocation in 9, and a new session after re-authorization keeps the data', async (t) => {
    const scene = await setScene(world, t, { configuring: true, unattended: false });
    await scene.authorize();
    await world.deliver(scene.connection, { kind: 'credentials', payload: right });
    await world.reaches(scene.id, 9);
    await world.deliver(scene.connection, { kind: 'revoked' });
    const revoked = await world.reaches(scene.id, 8);
    assert.equal((await world.stores.connections.get(scene.id))?.ownCode, 8);
    await world.closes(scene.id);
    await world.stores.connections.change(scene.id, () => ({ unattended: true }));
    await scene.authorize();
    await world.reaches(scene.id, 6);
    await world.deliver(scene.connection, { kind: 'credentials', payload: right });
    const next = await world.reaches(scene.id, 19);
    assert.notEqual(next._id, revoked._id);
    assert.equal((await world.stores.connections.get(scene.id))?.ownCode, null);
  });

  it('refuses another account than before', async (t) => {
    const scene = await setScene(world, t);
    scene.app.account = 'somebody else';
    await scene.authorize();
    await world.reaches(scene.id, 6);
    await world.deliver(scene.connection, { kind: 'credentials', payload: right });
    assert.equal((await world.reaches(scene.id, 7)).reason, 'ACCOUNT_MISMATCH');
  });

  it('does not lose what arrives while no worker lives', { timeout: 60_000 }, async (t) => {
    const scene = await setScene(world, t, { configuring: true });
    await scene.authorize();
    await world.reaches(scene.id, 6);
    const lonely = await startWorld();
    t.after(() => lonely.stop());
    await lonely.stopWorker();
    const other = await setScene(lonely, t, { configuring: true });
    await other.authorize();
    await lonely.deliver(other.connection, { kind: 'credentials', payload: right });
    await lonely.startWorker();
    await lonely.reaches(other.id, 19);
  });
});
