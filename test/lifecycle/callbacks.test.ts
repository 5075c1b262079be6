import assert from 'node:assert/strict';
import { after, before, describe, it, type TestContext } from 'node:test';
import { endProcedure } from '../../activities/lifecycle/end.ts';
import type { ActivityPorts } from '../../activities/ports.ts';
import { createSessionsPort } from '../../client/engine.ts';
import { type ConnectorCallbacks, RollBack } from '../../connectors/callbacks.ts';
import { lifecycleWorkflowId } from '../../domain/contracts.ts';
import { type Scene, setScene } from '../session/scene.ts';
import { until } from '../support/until.ts';
import { startWorld, testDurations, tester, type World } from '../support/world.ts';
import {
  connectionOf,
  ended,
  ends,
  gate,
  type Lifecycles,
  refusal,
  stands,
  startLifecycles,
} from './scene.ts';

describe('callbacks of a connector, and procedures that hang', { concurrency: 3 }, () => {
  let world: World;
  let lifecycles: Lifecycles;
  before(async () => {
    world = await startWorld();
    lifecycles = await startLifecycles(world);
  });
  after(async () => {
    await lifecycles.stop();
    await world.stop();
  });

  async function sceneWith(t: TestContext, callbacks: ConnectorCallbacks): Promise<Scene> {
    const scene = await setScene(world, t);
    world.callbacks.set(scene.connection.app, callbacks);
    return scene;
  }
  const statusOf = async (id: string) => (await connectionOf(world, id)).status;
  const rollBack = async () => {
    throw new RollBack('An export runs.');
  };
  const breaks = async () => {
    throw new Error('The hook is gone.');
  };

  it('are told of each procedure, before and after', async (t) => {
    const told: string[] = [];
    const note = (when: string) => async (call: { procedure: string; number: number }) => {
      told.push(`${when} ${call.procedure} ${call.number}`);
      return undefined;
    };
    const scene = await sceneWith(t, {
      validate: note('validate'),
      before: note('before'),
      after: note('after'),
    });
    await lifecycles.api.pause(scene.id);
    await lifecycles.api.updateSettings(scene.id, { timeZone: 'Europe/Berlin' });
    await lifecycles.api.resume(scene.id);
    assert.deepEqual(told, [
      ...['validate pause 1', 'before pause 1', 'after pause 1'],
      ...['validate updateSettings 2', 'before updateSettings 2'],
      ...['validate resume 3', 'before resume 3', 'after resume 3'],
    ]);
  });

  it('that refuse: nothing is written', async (t) => {
    const scene = await sceneWith(t, { validate: async () => 'The shop is in stocktaking.' });
    const { seq } = await connectionOf(world, scene.id);
    await assert.rejects(lifecycles.api.pause(scene.id), refusal('PROCEDURE_INVALID', 'INVALID_INPUT'));
    const now = await connectionOf(world, scene.id);
    assert.deepEqual([now.status, now.seq], ['STARTED', seq + 1]);
  });

  for (const when of ['before', 'after'] as const) {
    it(`that ask for a roll-back ${when} the work: the status is as it was`, async (t) => {
      const { api } = lifecycles;
      const scene = await sceneWith(t, { [when]: rollBack });
      await assert.rejects(api.pause(scene.id), refusal('PROCEDURE_ROLLED_BACK', 'ROLLED_BACK'));
      assert.equal(await statusOf(scene.id), 'STARTED');
      await scene.load();
      await world.reaches(scene.id, 19);
      world.callbacks.delete(scene.connection.app);
      await api.pause(scene.id);
      world.callbacks.set(scene.connection.app, { [when]: rollBack });
      await assert.rejects(api.resume(scene.id), refusal('PROCEDURE_ROLLED_BACK', 'ROLLED_BACK'));
      assert.equal(await statusOf(scene.id), 'PAUSED');
      assert.equal((await api.listEvents(scene.id)).events.length, 1);
    });
  }

  it('that ask for a roll-back of a pause: the held session goes on', async (t) => {
    const { api } = lifecycles;
    const scene = await sceneWith(t, { after: rollBack });
    scene.app.faults.hold = true;
    await scene.load();
    await until('a request', async () => (scene.app.waiting() > 0 ? { found: true } : { seen: 'none' }));
    await assert.rejects(api.pause(scene.id), refusal('PROCEDURE_ROLLED_BACK', 'ROLLED_BACK'));
    scene.app.release();
    await world.reaches(scene.id, 19);
  });

  it('that fail: ERROR with the reason, which holds the session until someone recovers', async (t) => {
    const { api } = lifecycles;
    const scene = await sceneWith(t, { before: breaks });
    scene.app.faults.hold = true;
    await scene.load();
    await until('a request', async () => (scene.app.waiting() > 0 ? { found: true } : { seen: 'none' }));
    await assert.rejects(api.pause(scene.id), refusal('PROCEDURE_FAILED', 'UNKNOWN_ERROR'));
    const { status, errorReason, label } = await api.getConnection(scene.id);
    assert.deepEqual([status, errorReason, label], ['ERROR', 'The hook is gone.', 'Needs you']);
    const held = await world.reaches(scene.id, 2, (session) => session.held !== null);
    const { sentence } = await api.why(held._id);
    assert.match(sentence, /in ERROR: The hook is gone.*\/recover/);
    scene.app.release();
    await assert.rejects(
      api.recover(scene.id, { to: 'ERROR', note: 'typo' }),
      refusal('PROCEDURE_INVALID', 'INVALID_NEW_STATUS'),
    );
    assert.equal(ended(await api.recover(scene.id, { to: 'STARTED', note: 'mended' })).status, 'STARTED');
    await world.reaches(scene.id, 19);
    const after = await api.getConnection(scene.id);
    assert.deepEqual([after.errorReason, after.status], [null, 'STARTED']);
    const [last] = (await api.listProcedures(scene.id)).procedures;
    assert.deepEqual([last?.procedure, last?.by.id, last?.note], ['recover', 'ada', 'mended']);
  });

  it('a second call at once names the first', async (t) => {
    const { api } = lifecycles;
    const door = gate(t);
    const scene = await sceneWith(t, { before: door.wait });
    const first = api.pause(scene.id);
    await door.reached;
    for (const second of ['pause', 'resume'] as const)
      await assert.rejects(api[second](scene.id), (error: Error & { details: Record<string, unknown> }) => {
        assert.ok(refusal('PROCEDURE_RUNNING')(error));
        const { running, procedureAt, by } = error.details;
        assert.deepEqual([running, by], ['pause', { kind: 'person', id: 'ada' }]);
        assert.match(String(procedureAt), /procedures\/1$/);
        return true;
      });
    door.open();
    assert.equal(ended(await first).status, 'PAUSED');
    assert.deepEqual((await api.listProcedures(scene.id)).procedures.length, 1);
  });

  it('of two that are called in the same moment exactly one runs', async (t) => {
    const { api } = lifecycles;
    const scene = await setScene(world, t);
    const both = await Promise.allSettled([api.pause(scene.id), api.pause(scene.id)]);
    assert.ok(both.some(({ status }) => status === 'fulfilled'));
    for (const one of both)
      if (one.status === 'rejected')
        assert.match(String(one.reason.code), /^PROCEDURE_(RUNNING|REFUSED|TAKEN_OVER)$/);
    assert.equal(await statusOf(scene.id), 'PAUSED');
  });

  it('a call that was lost before it began is shown so, and stands in nobody’s way', async (t) => {
    const { api } = lifecycles;
    const door = gate(t);
    const scene = await sceneWith(t, { before: door.wait });
    const lost = { connectionId: scene.id, generation: 1, name: 'resume', by: tester, note: null } as const;
    await world.stores.procedures.allocate({ ...lost, arguments: {}, startedAt: new Date() }, 0);
    assert.equal((await api.getProcedure(scene.id, 1)).state, 'waiting');
    const first = api.pause(scene.id);
    await door.reached;
    await assert.rejects(api.pause(scene.id), (error: Error & { details: Record<string, unknown> }) => {
      assert.ok(refusal('PROCEDURE_RUNNING')(error));
      assert.match(String(error.details.procedureAt), /procedures\/2$/);
      return true;
    });
    door.open();
    assert.equal(ended(await first).status, 'PAUSED');
    assert.equal((await api.getProcedure(scene.id, 1)).state, 'takenOver');
  });

  it('a call that another one overtakes before it begins is made after it', async (t) => {
    const { api } = lifecycles;
    const scene = await setScene(world, t);
    let calls = 0;
    const outcome = await scene.port.procedure(scene.connection, {
      ...{ name: 'updateSettings', by: tester, arguments: { timeZone: 'Europe/Berlin' } },
      prepare: async () => {
        calls += 1;
        if (calls === 1) await api.pause(scene.id);
      },
    });
    assert.deepEqual([outcome.pending, calls], [false, 2]);
    const { status, timeZone } = await connectionOf(world, scene.id);
    assert.deepEqual([status, timeZone], ['PAUSED', 'Europe/Berlin']);
    const { procedures } = await api.listProcedures(scene.id);
    assert.deepEqual(
      procedures.map(({ number, procedure, state }) => [number, procedure, state]),
      [
        [3, 'updateSettings', 'ended'],
        [2, 'pause', 'ended'],
      ],
    );
  });

  it('recover takes over one that hangs, and that one writes nothing more', async (t) => {
    const { api } = lifecycles;
    const door = gate(t);
    const scene = await sceneWith(t, { before: door.wait });
    const hanging = api.pause(scene.id);
    const overtaken = assert.rejects(hanging, refusal('PROCEDURE_TAKEN_OVER'));
    await door.reached;
    assert.equal(await statusOf(scene.id), 'PAUSING');
    assert.equal(ended(await api.recover(scene.id, { to: 'STARTED', note: 'hangs' })).status, 'STARTED');
    await overtaken;
    const late = { connectionId: scene.id, number: 1 };
    const answer = { responseCode: 'OK', message: '' } as const;
    await assert.rejects(
      endProcedure({ stores: world.stores } as ActivityPorts, { ...late, event: 'paused', answer }),
      refusal('PROCEDURE_TAKEN_OVER'),
    );
    door.open();
    const { procedures } = await api.listProcedures(scene.id);
    assert.deepEqual(
      procedures.map(({ procedure, state }) => [procedure, state]),
      [
        ['recover', 'ended'],
        ['pause', 'takenOver'],
      ],
    );
    world.callbacks.delete(scene.connection.app);
    await scene.load();
    await world.reaches(scene.id, 19);
    const after = await connectionOf(world, scene.id);
    assert.deepEqual([after.status, after.fence], ['STARTED', 2]);
  });

  it('disconnect takes over one that hangs', async (t) => {
    const { api } = lifecycles;
    const door = gate(t);
    const scene = await sceneWith(t, { before: door.wait });
    const overtaken = assert.rejects(api.pause(scene.id), refusal('PROCEDURE_TAKEN_OVER'));
    await door.reached;
    await scene.port.disconnect(scene.connection, {
      by: { kind: 'person', id: 'ada' },
      keepData: false,
    });
    await overtaken;
    door.open();
    const { status, fence } = await connectionOf(world, scene.id);
    assert.deepEqual([status, fence], ['DISCONNECTED', 2]);
    assert.equal((await api.getProcedure(scene.id, 1)).state, 'takenOver');
    await assert.rejects(api.resume(scene.id), refusal('PROCEDURE_REFUSED', 'INVALID_CONNECTOR_STATUS'));
  });

  it('one that takes long is answered with its address, and goes on by itself', async (t) => {
    const port = createSessionsPort(world.client, {
      ...{ stores: world.stores, taskQueue: world.taskQueue, durations: testDurations },
      procedureMs: 1_000,
    });
    const short = await startLifecycles(world, port);
    t.after(() => short.stop());
    const door = gate(t);
    const scene = await sceneWith(t, { after: door.wait });
    const answer = await short.api.pause(scene.id);
    assert.ok('pending' in answer);
    assert.match(answer.procedureAt, /\/api\/connections\/.*\/procedures\/1$/);
    const { state } = await short.api.getProcedure(scene.id, answer.number);
    assert.ok(state === 'waiting' || state === 'running', state);
    door.open();
    assert.equal((await ends(short.api, scene.id, 1)).answer?.status, 'PAUSED');
  });

  it('one that was terminated from outside in PAUSING can be called again', async (t) => {
    const { api } = lifecycles;
    const door = gate(t);
    const scene = await sceneWith(t, { before: door.wait });
    const overtaken = assert.rejects(api.pause(scene.id), refusal('PROCEDURE_TAKEN_OVER'));
    await door.reached;
    await world.client.workflow.getHandle(lifecycleWorkflowId(scene.id)).terminate('a test');
    await overtaken;
    world.callbacks.delete(scene.connection.app);
    assert.equal(ended(await api.pause(scene.id)).status, 'PAUSED');
    await stands(world, scene.id, 'PAUSED');
  });
});
