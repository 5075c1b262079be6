import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { JsonObject } from '../../domain/json.ts';
import type { ConnectionDoc, IngestionRunDoc } from '../../stores/model.ts';
import { pagedRows } from '../support/paged-app.ts';
import { startWorld, type World } from '../support/world.ts';
import { type Scene, setScene } from './scene.ts';

describe('rows whose fields change', { concurrency: 3 }, () => {
  let world: World;
  before(async () => {
    world = await startWorld({ batchRows: 10 });
  });
  after(() => world.stop());

  /** A connection with one session behind it, by an inferred schema. */
  async function settled(t: Parameters<typeof setScene>[1], driftPolicy: ConnectionDoc['driftPolicy']) {
    const scene = await setScene(world, t, { incremental: false });
    const definition = world.definitions.get(scene.connection.app);
    assert.ok(definition);
    const resources = definition.resources.map((one) => ({ ...one, schema: 'infer' as const }));
    world.definitions.set(definition.id, { ...definition, resources });
    await world.stores.connections.change(scene.id, () => ({ driftPolicy }));
    await scene.load();
    await world.reaches(scene.id, 19);
    await world.closes(scene.id);
    return scene;
  }

  const answer = (scene: Scene, more: JsonObject, without: string[] = []) => {
    scene.app.rows.orders = pagedRows(20).map((row) =>
      Object.fromEntries(Object.entries({ ...row, ...more }).filter(([name]) => !without.includes(name))),
    );
  };

  async function secondRun(scene: Scene): Promise<IngestionRunDoc> {
    const run = await world.stores.structuring.get(`${scene.id}.2/orders`);
    assert.ok(run);
    return run;
  }

  it('propagate: new fields are stored and known from then on', async (t) => {
    const scene = await settled(t, 'propagate');
    assert.equal((await world.stores.structuring.get(`${scene.id}.1/orders`))?.drift?.class, 'none');
    answer(scene, { 'odd.$name': 'x' });
    await scene.load();
    await world.reaches(scene.id, 19, ({ number }) => number === 2);
    assert.deepEqual((await secondRun(scene)).drift, {
      class: 'additive',
      added: ['odd.$name'],
      removed: [],
      retyped: [],
    });
    const record = await world.stores.records.of(scene.id, 1, 'orders').get('r1');
    assert.equal(record?.data['odd.$name'], 'x');
    const known = await world.stores.schemas.get(scene.id, 1, 'orders');
    assert.ok(known?.fields.some(({ name }) => name === 'odd.$name'));
  });

  it('ignore: new fields are not stored, the rest goes on', async (t) => {
    const scene = await settled(t, 'ignore');
    answer(scene, { note: 'new', amount: 'a text now' });
    await scene.load();
    await world.reaches(scene.id, 19, ({ number }) => number === 2);
    const run = await secondRun(scene);
    assert.deepEqual(
      [run.drift?.class, run.drift?.added, run.drift?.retyped],
      ['breaking', ['note'], ['amount']],
    );
    assert.equal(run.ledger.quarantined, 0);
    const record = await world.stores.records.of(scene.id, 1, 'orders').get('r1');
    assert.deepEqual([record?.data.amount, 'note' in (record?.data ?? {})], ['a text now', false]);
  });

  it('pause: nothing is merged, the fields are named; retry goes on from the stored batches by the new policy', async (t) => {
    const scene = await settled(t, 'pause');
    answer(scene, { note: 'new' }, ['email']);
    await scene.load();
    const stopped = await world.reaches(scene.id, 14);
    assert.equal(stopped.reason, 'SCHEMA_DRIFT');
    assert.match(stopped.detail ?? '', /note/);
    assert.match(stopped.detail ?? '', /email/);
    const records = world.stores.records.of(scene.id, 1, 'orders');
    assert.equal((await records.get('r1'))?.data.email, 'person1@example.com');
    const asked = scene.app.asked.length;
    await world.stores.connections.change(scene.id, () => ({ driftPolicy: 'propagate' }));
    await scene.call('retry');
    await world.reaches(scene.id, 19);
    assert.equal((await records.get('r1'))?.data.note, 'new');
    assert.equal((await secondRun(scene)).drift?.class, 'breaking');
    assert.equal(scene.app.asked.length, asked, 'the app is not asked again');
  });
});
