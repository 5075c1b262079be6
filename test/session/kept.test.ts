import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type Scope, sessionWorkflowId } from '../../domain/contracts.ts';
import { until } from '../support/until.ts';
import { startWorld, tester, type World } from '../support/world.ts';
import { loosenDefinition, malformed } from './faults.ts';
import { type Scene, setScene } from './scene.ts';

const resources = ['orders', 'customers', 'items'];
const scopes = ['customers', 'items'].map((id) => ({ configuration: `of-${id}`, resources: [id] }));

describe('what came in while a session was open', { concurrency: 4 }, () => {
  let world: World;
  before(async () => {
    world = await startWorld();
  });
  after(() => world.stop());

  const handle = (scene: Scene) => world.client.workflow.getHandle(sessionWorkflowId(scene.id));
  const tick = (scene: Scene, scope?: Scope) =>
    handle(scene).signal('tick', scope === undefined ? { by: tester } : { by: tester, scope });

  it('runs every kept scope, one after the other', async (t) => {
    const scene = await setScene(world, t, { resources });
    scene.app.faults.hold = true;
    await scene.load();
    await world.reaches(scene.id, 2);
    for (const scope of scopes) await tick(scene, scope);
    scene.app.release();
    await world.reaches(scene.id, 19, ({ number }) => number === 3);
    const sessions = await world.stores.sessions.list({ connectionId: scene.id, limit: 5 });
    assert.deepEqual(
      sessions.map((session) => session.resources),
      [['items'], ['customers'], resources],
    );
  });

  it('does not take a backfill for what changed, nor the other way round', async (t) => {
    const scene = await setScene(world, t);
    const range = { from: '2024-01-01T00:00:00Z', to: '2024-01-01T00:00:06Z' };
    scene.app.faults.fail = { count: 1, status: 400 };
    const scope = { resources: ['orders'], range };
    await scene.port.startSession(scene.connection, { kind: 'load', by: tester, scope });
    await world.reaches(scene.id, 11);
    await tick(scene);
    await world.reaches(scene.id, 19, ({ number }) => number === 2);
    const [all, backfill] = await world.stores.sessions.list({ connectionId: scene.id, limit: 5 });
    assert.deepEqual([backfill?.scope, all?.scope], [scope, {}]);
    const [run] = await world.stores.structuring.many(backfill?._id ?? '', ['orders']);
    assert.deepEqual([run?.ledger.inserted, run?.ledger.filtered], [5, 15]);
    assert.equal(await world.stores.records.of(scene.id, 1, 'orders').count(), 20);
  });

  it('takes a full session for what changed too', async (t) => {
    const scene = await setScene(world, t);
    scene.app.faults.fail = { count: 1, status: 400 };
    await scene.port.startSession(scene.connection, { kind: 'load', by: tester, scope: { full: true } });
    await world.reaches(scene.id, 11);
    await tick(scene);
    await world.closes(scene.id);
    assert.deepEqual((await world.latest(scene.id)).number, 1);
  });

  it('keeps a scope that the retried session does not cover', async (t) => {
    const scene = await setScene(world, t, { resources });
    const start = { kind: 'load', by: tester, scope: { resources: ['orders'] } } as const;
    scene.app.faults.fail = { count: 1, status: 400 };
    await scene.port.startSession(scene.connection, start);
    await world.reaches(scene.id, 11);
    await tick(scene, scopes[0]);
    const next = await world.reaches(scene.id, 19, ({ number }) => number === 2);
    assert.deepEqual(next.resources, ['customers']);
  });

  it('runs the scope of a start that had to continue a closed session first', async (t) => {
    const scene = await setScene(world, t, { resources, durations: { decisionWindowMs: 200 } });
    const start = { kind: 'load', by: tester } as const;
    scene.app.faults.fail = { count: 1, status: 400 };
    await scene.port.startSession(scene.connection, { ...start, scope: { resources: ['orders'] } });
    assert.equal((await world.closes(scene.id)).closedBy, 'window');
    await scene.port.startSession(scene.connection, { ...start, scope: { resources: ['items'] } });
    const next = await world.reaches(scene.id, 19, ({ number }) => number === 2);
    assert.deepEqual(next.resources, ['items']);
  });

  it('tells the next session but one of a webhook that came beside a tick', async (t) => {
    const scene = await setScene(world, t);
    scene.app.faults.hold = true;
    await scene.load();
    await world.reaches(scene.id, 2);
    await tick(scene);
    await world.deliver(scene.connection, { kind: 'webhook', event: 'orders.changed' });
    scene.app.release();
    await world.reaches(scene.id, 19, ({ number }) => number === 2);
    await until('the webhook is taken', async () => {
      const left = await world.stores.inbox.unclaimed(scene.id, ['webhook']);
      return left === 0 ? { found: true } : { seen: `${left} left` };
    });
  });

  it('leaves a webhook to the next session when it is told to one that goes on', async (t) => {
    const scene = await setScene(world, t, {
      rows: { orders: malformed(10) },
      durations: { decisionWindowMs: 200 },
    });
    await scene.load();
    assert.equal((await world.closes(scene.id)).status, 14);
    loosenDefinition(world, scene);
    await world.deliver(scene.connection, { kind: 'webhook', event: 'orders.changed' });
    await world.reaches(scene.id, 19, ({ number }) => number === 2);
    assert.equal(scene.app.asked.length, 2, 'the second session reads what the webhook told of');
  });

  it('starts no session for a webhook of an earlier generation', async (t) => {
    const scene = await setScene(world, t);
    await world.stores.inbox.put({
      _id: `webhook/${scene.id}/old`,
      connectionId: scene.id,
      generation: 0,
      kind: 'webhook',
      payload: null,
      receivedAt: new Date(),
    });
    await scene.port.tell(scene.connection);
    assert.deepEqual(await scene.outcome(), { sessionId: null, code: null, reason: 'NOTHING_TO_DO' });
  });

  it('starts anew after a session whose run was cut off between its last status and its end', async (t) => {
    const scene = await setScene(world, t);
    await scene.load();
    await world.reaches(scene.id, 19);
    const { _id } = await world.closes(scene.id);
    await world.stores.db
      .collection<{ _id: string }>('sessions')
      .updateOne({ _id }, { $set: { closedAt: null, closedBy: null } });
    await scene.load();
    await world.reaches(scene.id, 19, ({ number }) => number === 2);
  });

  it('7 and 20 close for good', async (t) => {
    const scene = await setScene(world, t, {
      configuring: true,
      durations: { linkValidMs: 100, decisionWindowMs: 100 },
    });
    await scene.authorize();
    const closed = await world.closes(scene.id);
    assert.equal(closed.status, 20);
    await scene.port.startSession(scene.connection, { kind: 'resume', by: tester, sessionId: closed._id });
    assert.equal(((await scene.outcome()) as { reason: string }).reason, 'SESSION_CLOSED');
    assert.equal((await world.latest(scene.id)).status, 20);
  });

  it('hands over to a new run with the scopes that wait', async (t) => {
    const scene = await setScene(world, t, { resources });
    scene.app.faults.fail = { count: 1_000, status: 400 };
    const start = { kind: 'load', by: tester, scope: { resources: ['orders'] } } as const;
    await scene.port.startSession(scene.connection, start);
    for (let n = 0; n < 20; n++) {
      const seq = 1 + 2 * n;
      await world.reaches(scene.id, 11, (session) => session.seq > seq);
      if (n < 19) await scene.call('retry');
    }
    scene.app.faults.fail = undefined;
    // The twentieth retry is the tick's own.
    await tick(scene, scopes[1]);
    const next = await world.reaches(scene.id, 19, ({ number }) => number === 2);
    assert.deepEqual(next.resources, ['items']);
  });
});
