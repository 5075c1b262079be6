import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { connectEngine, createSessionsPort } from '../../client/engine.ts';
import { sessionWorkflowId } from '../../domain/contracts.ts';
import { freePort } from '../../platform/setup/ports.ts';
import { setScene } from '../session/scene.ts';
import { startWorld, testDurations, tester, type World } from '../support/world.ts';
import { noStore } from './support.ts';

describe('the sessions port', { skip: noStore, concurrency: 3 }, () => {
  let world: World;
  before(async () => {
    world = await startWorld();
  });
  after(() => world.stop());

  it('starts a session that the engine can be searched for, and names it to a second start', async (t) => {
    const scene = await setScene(world, t, { configuring: true });
    const { runId } = (await scene.authorize()) as { runId: string };
    const session = await world.reaches(scene.id, 6);
    assert.deepEqual(session.runIds, [runId]);
    await assert.rejects(scene.authorize(), (error: { code: string; details: Record<string, unknown> }) => {
      assert.equal(error.code, 'SESSION_OPEN');
      assert.deepEqual(error.details, {
        sessionId: session._id,
        current: { code: 6, name: 'Authorization' },
        allowed: ['cancel', 'disconnect'],
      });
      return true;
    });
    const seen = await world.client.workflow.getHandle(sessionWorkflowId(scene.id)).describe();
    assert.deepEqual(seen.memo, { company: 'acme', app: scene.connection.app, connectionId: scene.id });
    assert.equal(await seen.staticSummary(), `${scene.id}: data-sharing session`);
    assert.equal(seen.priority?.fairnessKey, 'acme');
    const attributes = Object.fromEntries(
      seen.typedSearchAttributes.getAll().map(({ key, value }) => [key.name, value]),
    );
    assert.deepEqual(
      [attributes.ConnectionId, attributes.Company, attributes.SessionCode],
      [scene.id, 'acme', 6],
    );
  });

  it('passes the refusal of a call on; the same update id has the first answer', async (t) => {
    const scene = await setScene(world, t, { configuring: true });
    await scene.authorize();
    const { _id } = await world.reaches(scene.id, 6);
    await assert.rejects(scene.port.call(_id, 'skip', { by: tester }), {
      code: 'ILLEGAL_MOVE',
      details: { current: { code: 6, name: 'Authorization' }, allowed: ['cancel', 'disconnect'] },
    });
    await assert.rejects(scene.port.call(`${scene.id}.9`, 'retry', { by: tester }), { code: 'NOT_FOUND' });
    const first = await scene.port.call(_id, 'cancel', { by: tester }, { updateId: 'once' });
    const again = await scene.port.call(_id, 'cancel', { by: tester }, { updateId: 'once' });
    assert.deepEqual([first.code, again], [20, first]);
    assert.equal((await world.latest(scene.id)).closedAt, null);
  });

  it('a retry continues a session whose decision window is over; other calls are refused', async (t) => {
    const scene = await setScene(world, t, { durations: { decisionWindowMs: 300 } });
    scene.app.rows.orders = [1, 2, 3];
    await scene.load();
    const closed = await world.closes(scene.id);
    assert.equal(closed.closedBy, 'window');
    const { _id, status } = closed;
    await assert.rejects(
      scene.port.call(_id, 'cancel', { by: tester }),
      (error: { code: string; details: Record<string, unknown> }) => {
        assert.deepEqual([error.code, error.details.allowed], ['ILLEGAL_MOVE', ['retry']]);
        assert.equal((error.details.current as { code: number }).code, status);
        return true;
      },
    );
    const answer = await scene.port.call(_id, 'retry', { by: tester });
    assert.deepEqual([answer.sessionId, answer.pending], [_id, false]);
    const continued = await world.latest(scene.id);
    assert.deepEqual([continued._id, continued.runIds.length], [_id, 2]);
    await world.closes(scene.id);
  });

  it('a session can be started the moment the one before is written as closed', async (t) => {
    const scene = await setScene(world, t);
    await scene.load();
    await world.reaches(scene.id, 19, (session) => session.closedAt !== null);
    await scene.load();
    const next = await world.reaches(scene.id, 19, (session) => session.number === 2);
    assert.equal(next.closedBy ?? 'synced', 'synced');
  });

  it('disconnects and gives the receipt', async (t) => {
    const scene = await setScene(world, t);
    const answer = await scene.port.disconnect(scene.connection, { by: tester, keepData: false });
    assert.ok(!answer.pending);
    assert.equal((await world.stores.receipts.get(answer.outcome.receiptId))?._id, `${scene.id}/1`);
  });

  it('without a worker a call is NO_WORKER and a procedure pending; without an engine ENGINE_UNAVAILABLE', async (t) => {
    const scene = await setScene(world, t);
    const { connection } = scene;
    const options = { stores: world.stores, durations: testDurations, answerMs: 1_000, procedureMs: 300 };
    const alone = createSessionsPort(world.client, { ...options, taskQueue: `${world.taskQueue}/nobody` });
    await alone.startSession(connection, { kind: 'load', by: tester });
    const session = await world.stores.sessions.allocate({
      ...{ connection, runId: 'r', openedBy: tester, scope: {}, resources: ['orders'], at: new Date() },
    });
    await assert.rejects(alone.call(session._id, 'cancel', { by: tester }), { code: 'NO_WORKER' });
    const answer = await alone.disconnect(connection, { by: tester, keepData: true });
    assert.deepEqual(answer, { pending: true, workflowId: `lifecycle/${scene.id}` });

    const nowhere = connectEngine({ address: `127.0.0.1:${await freePort()}`, namespace: 'default' });
    const lost = createSessionsPort(nowhere, { ...options, taskQueue: 'q', answerMs: 300 });
    await assert.rejects(lost.ping(), { code: 'ENGINE_UNAVAILABLE' });
    await assert.rejects(lost.tell(connection), { code: 'ENGINE_UNAVAILABLE' });
    await assert.rejects(lost.call(session._id, 'cancel', { by: tester }), { code: 'ENGINE_UNAVAILABLE' });
    await nowhere.connection.close();
    for (const id of [sessionWorkflowId(scene.id), `lifecycle/${scene.id}`])
      await world.client.workflow.getHandle(id).terminate();
  });
});
