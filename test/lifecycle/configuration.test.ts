import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { ProcedureView } from '../../client/api/schemas/procedures.ts';
import { setScene } from '../session/scene.ts';
import { pagedCredentials } from '../support/paged-app.ts';
import { startWorld, type World } from '../support/world.ts';
import { connectionOf, ended, type Lifecycles, refusal, startLifecycles } from './scene.ts';

const right = pagedCredentials.bearer;

describe('changes of the configuration', { concurrency: 3 }, () => {
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

  it('settings: in STARTED and in PAUSED, checked before anything is written', async (t) => {
    const { api } = lifecycles;
    const scene = await setScene(world, t, { deduplication: true });
    const asked = { timeZone: 'Europe/Berlin', driftPolicy: 'pause', deduplication: false } as const;
    assert.equal(ended(await api.updateSettings(scene.id, asked)).status, 'STARTED');
    const { timeZone, driftPolicy, deduplication } = await api.getConnection(scene.id);
    assert.deepEqual({ timeZone, driftPolicy, deduplication }, asked);
    await api.pause(scene.id);
    await api.updateSettings(scene.id, { timeZone: 'UTC' });
    assert.equal((await connectionOf(world, scene.id)).timeZone, 'UTC');
    for (const wrong of [{ timeZone: 'Europe/Atlantis' }, {}, { driftPolicy: 'panic' as 'pause' }])
      await assert.rejects(api.updateSettings(scene.id, wrong), refusal('INVALID_INPUT'));
    const other = await setScene(world, t);
    await assert.rejects(
      api.updateSettings(other.id, { deduplication: true }),
      refusal('PROCEDURE_INVALID', 'INVALID_INPUT'),
    );
  });

  it('the pool: one that lives and is another one, while paused', async (t) => {
    const { api } = lifecycles;
    const scene = await setScene(world, t);
    await assert.rejects(
      api.updatePool(scene.id, { pool: 'large' }),
      refusal('PROCEDURE_REFUSED', 'INVALID_CONNECTOR_STATUS'),
    );
    await api.pause(scene.id);
    await assert.rejects(
      api.updatePool(scene.id, { pool: 'default' }),
      refusal('PROCEDURE_INVALID', 'POOL_ALREADY_USED'),
    );
    await assert.rejects(
      api.updatePool(scene.id, { pool: 'nobody' }),
      refusal('PROCEDURE_INVALID', 'POOL_INACCESSIBLE'),
    );
    await world.stores.connections.change(scene.id, () => ({ pool: 'nobody' }));
    const answer = ended(await api.updatePool(scene.id, { pool: 'default' }));
    assert.deepEqual([answer.responseCode, answer.status], ['OK', 'PAUSED']);
    assert.equal((await connectionOf(world, scene.id)).pool, 'default');
  });

  it('credentials: tried first; those that the app refuses change nothing', async (t) => {
    const { api } = lifecycles;
    const scene = await setScene(world, t);
    await world.stores.connections.change(scene.id, () => ({ account: scene.app.account }));
    await assert.rejects(
      api.updateConfiguration(scene.id, { credentials: right }),
      refusal('PROCEDURE_REFUSED', 'INVALID_CONNECTOR_STATUS'),
    );
    await api.pause(scene.id);
    const old = await world.stores.grants.get(scene.id, 1);
    await assert.rejects(
      api.updateConfiguration(scene.id, { credentials: { kind: 'bearer', token: 'a-wrong-token' } }),
      refusal('PROCEDURE_INVALID', 'CONNECTION_TEST_FAILED'),
    );
    await assert.rejects(
      api.updateConfiguration(scene.id, { credentials: { kind: 'apiKey', key: 'k' } }),
      refusal('PROCEDURE_INVALID', 'INVALID_INPUT'),
    );
    await assert.rejects(
      api.updateConfiguration(scene.id, { parameters: { nosuch: 'x' } }),
      refusal('PROCEDURE_INVALID', 'INVALID_INPUT'),
    );
    scene.app.account = 'somebody-else';
    await assert.rejects(
      api.updateConfiguration(scene.id, { credentials: right }),
      refusal('PROCEDURE_INVALID', 'CONNECTION_TEST_FAILED'),
    );
    scene.app.account = (await connectionOf(world, scene.id)).account ?? '';
    assert.deepEqual(await world.stores.grants.get(scene.id, 1), old);
    assert.equal(ended(await api.updateConfiguration(scene.id, { credentials: right })).status, 'PAUSED');
    assert.notDeepEqual(await world.stores.grants.get(scene.id, 1), old);
    await api.resume(scene.id);
    await scene.load();
    await world.reaches(scene.id, 19);
    const { procedures } = await api.listProcedures(scene.id);
    const told: readonly ProcedureView[] = procedures;
    assert.doesNotMatch(JSON.stringify(told), new RegExp(`a-wrong-token|${right.token}`));
    for (const { number } of procedures)
      assert.equal(await world.stores.inbox.get(`draft/${scene.id}/${number}`), null);
  });

  it('unknown connections, unknown procedures and bad bodies are named', async (t) => {
    const { api } = lifecycles;
    const scene = await setScene(world, t);
    await assert.rejects(api.pause('nobody-here'), refusal('NOT_FOUND'));
    await assert.rejects(api.getProcedure(scene.id, 7), refusal('NOT_FOUND'));
    await assert.rejects(api.updatePool(scene.id, { pool: 'Not A Pool' }), refusal('INVALID_INPUT'));
    await assert.rejects(api.recover(scene.id, { to: 'STARTED', note: '' }), refusal('INVALID_INPUT'));
    await assert.rejects(
      api.recover(scene.id, { to: 'STARTED', note: 'nothing hangs' }),
      refusal('PROCEDURE_REFUSED', 'INVALID_CONNECTOR_STATUS'),
    );
  });
});
