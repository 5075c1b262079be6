import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setScene } from '../session/scene.ts';
import { pagedCredentials, pagedRows } from '../support/paged-app.ts';
import { until } from '../support/until.ts';
import { startWorld, type World } from '../support/world.ts';
import { connectionOf, ended, type Lifecycles, refusal, stands, startLifecycles } from './scene.ts';

describe('pause and resume', { concurrency: 3 }, () => {
  let world: World;
  let lifecycles: Lifecycles;
  before(async () => {
    world = await startWorld({ batchRows: 10 });
    lifecycles = await startLifecycles(world);
  });
  after(async () => {
    await lifecycles.stop();
    await world.stop();
  });

  it('without an open session: at once, told to others, refused to new sessions, and taken back', async (t) => {
    const { api } = lifecycles;
    const scene = await setScene(world, t);
    assert.deepEqual(await api.pause(scene.id, { note: 'stocktaking' }), {
      responseCode: 'OK',
      message: `Connection ${scene.id} is PAUSED.`,
      status: 'PAUSED',
      configurationStatus: 'FINALIZED',
    });
    await assert.rejects(api.startSession(scene.id), refusal('CONNECTION_HELD'));
    await scene.load();
    assert.equal(((await scene.outcome()) as { reason: string }).reason, 'CONNECTION_NOT_STARTED');
    await assert.rejects(api.pause(scene.id), refusal('PROCEDURE_REFUSED', 'INVALID_CONNECTOR_STATUS'));
    assert.deepEqual(await api.resume(scene.id), {
      responseCode: 'OK',
      message: `Connection ${scene.id} is STARTED.`,
      status: 'STARTED',
      configurationStatus: 'FINALIZED',
    });
    const { events } = await api.listEvents(scene.id);
    assert.deepEqual(events.map(({ type }) => type).sort(), ['Resumed', 'Suspended']);
    const { procedures } = await api.listProcedures(scene.id);
    assert.deepEqual(
      procedures.map(({ number, procedure, state, by, note }) => [number, procedure, state, by.id, note]),
      [
        [2, 'resume', 'ended', 'ada', null],
        [1, 'pause', 'ended', 'ada', 'stocktaking'],
      ],
    );
    assert.deepEqual(
      procedures.at(-1)?.steps.map(({ step }) => step),
      ['PAUSING', 'held', 'paused'],
    );
    await scene.load();
    await world.reaches(scene.id, 19);
  });

  it('in 7: a retry has to wait, to authorize again has not; the work begins with resume', async (t) => {
    const { api } = lifecycles;
    const scene = await setScene(world, t);
    await scene.authorize();
    await world.reaches(scene.id, 6);
    const [wrong, right] = [{ kind: 'bearer', token: 'wrong' } as const, pagedCredentials.bearer];
    await world.deliver(scene.connection, { kind: 'credentials', payload: wrong });
    await world.reaches(scene.id, 7);
    await api.pause(scene.id);
    await assert.rejects(scene.call('retry'), refusal('CONNECTION_HELD'));
    const { sessionId } = await api.authorize(scene.id);
    assert.equal((await world.reaches(scene.id, 6)).held, 'CONNECTION_PAUSED');
    await world.deliver(scene.connection, { kind: 'credentials', payload: right });
    assert.equal((await world.reaches(scene.id, 9)).held, 'CONNECTION_PAUSED');
    await api.resume(scene.id);
    assert.equal((await world.reaches(scene.id, 19))._id, sessionId);
  });

  it('in the middle of loading: answers once the work has really stopped, holds, and goes on', async (t) => {
    const { api } = lifecycles;
    const scene = await setScene(world, t, { rows: { orders: pagedRows(60) }, pageSize: 10 });
    scene.app.faults.hold = true;
    await scene.load();
    await until('a request', async () => (scene.app.waiting() > 0 ? { found: true } : { seen: 'none' }));
    assert.equal(ended(await api.pause(scene.id)).responseCode, 'OK');
    const held = await world.latest(scene.id);
    assert.equal(held.held, 'CONNECTION_PAUSED');
    const asked = scene.app.asked.length;
    scene.app.release();
    const { sentence } = await api.why(held._id);
    assert.match(sentence, /held because its connection is paused.*\/resume/);
    await assert.rejects(api.call(held._id, 'cancel'), refusal('CONNECTION_HELD'));
    assert.equal(scene.app.asked.length, asked);
    await api.resume(scene.id);
    await world.reaches(scene.id, 19);
    assert.equal(await world.stores.records.of(scene.id, 1, 'orders').count(), 60);
  });

  it('a session that closed in an error is not retried while paused', async (t) => {
    const { api } = lifecycles;
    const scene = await setScene(world, t, { durations: { decisionWindowMs: 100 } });
    scene.app.faults.fail = { count: 1, status: 400 };
    await scene.load();
    const { _id } = await world.closes(scene.id);
    await api.pause(scene.id);
    await assert.rejects(api.call(_id, 'retry'), refusal('CONNECTION_HELD'));
    await scene.port.startSession(scene.connection, {
      kind: 'resume',
      by: { kind: 'person', id: 'ada' },
      sessionId: _id,
    });
    assert.equal(((await scene.outcome()) as { reason: string }).reason, 'CONNECTION_NOT_STARTED');
    await api.resume(scene.id);
    await api.call(_id, 'retry');
    await world.reaches(scene.id, 19);
  });

  it('what came in while paused is told of anew', async (t) => {
    const { api } = lifecycles;
    const scene = await setScene(world, t);
    await api.pause(scene.id);
    const id = await world.deliver(scene.connection, { kind: 'webhook', event: 'orders.changed' });
    await until('the refused start', async () => {
      const list = await world.stores.skippedStarts.list({ connectionId: scene.id, limit: 1 });
      return list.length > 0 ? { found: true } : { seen: 'none' };
    });
    assert.notEqual((await world.stores.inbox.get(id))?.toldAt, null);
    await api.resume(scene.id);
    assert.equal((await world.stores.inbox.get(id))?.toldAt, null);
    await scene.port.tell(scene.connection);
    await world.reaches(scene.id, 19);
  });

  it('a connection left in PAUSING or STARTING takes the same call again', async (t) => {
    const { api } = lifecycles;
    const scene = await setScene(world, t);
    await world.stores.connections.change(scene.id, () => ({ status: 'PAUSING' }));
    assert.equal(ended(await api.pause(scene.id)).responseCode, 'OK');
    await world.stores.connections.change(scene.id, () => ({ status: 'STARTING' }));
    assert.equal(ended(await api.resume(scene.id)).responseCode, 'OK');
    assert.equal((await connectionOf(world, scene.id)).status, 'STARTED');
  });

  it('50 batches, paused and resumed ten times: the same records and ledger as never paused', async (t) => {
    const { api } = lifecycles;
    const options = { rows: { orders: pagedRows(500) }, pageSize: 10 };
    const [paused, straight] = [await setScene(world, t, options), await setScene(world, t, options)];
    await straight.load();
    let pauses = 0;
    await paused.load();
    let pages = 0;
    let pending = Promise.resolve();
    paused.app.onPage = () => {
      pages += 1;
      // At ten places that no batch border knows of.
      if (pauses >= 10 || pages % 4 !== 1) return;
      pauses += 1;
      pending = pending.then(async () => {
        await api.pause(paused.id);
        await api.resume(paused.id);
      });
    };
    await until('ten pauses', async () => (pauses >= 10 ? { found: true } : { seen: String(pauses) }));
    await pending;
    await stands(world, paused.id, 'STARTED');
    await Promise.all([world.reaches(paused.id, 19), world.reaches(straight.id, 19)]);
    const facts = async (id: string) => {
      const { _id } = await world.latest(id);
      const { resources } = await api.ledger(_id);
      const { digest, count } = await api.digest(id, 'orders');
      return { digest, count, ledgers: resources.map(({ ledger }) => ledger) };
    };
    assert.deepEqual(await facts(paused.id), await facts(straight.id));
    const { procedures } = await api.listProcedures(paused.id);
    assert.equal(procedures.filter(({ answer }) => answer?.responseCode === 'OK').length, 20);
  });
});
