import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type ServedApi, serveApi } from '../companies/scene.ts';
import { setScene } from '../session/scene.ts';
import { pagedRows } from '../support/paged-app.ts';
import { startWorld, type World } from '../support/world.ts';

describe('merges through the API', () => {
  let world: World;
  let api: ServedApi;
  before(async () => {
    world = await startWorld();
    api = await serveApi(world);
  });
  after(async () => {
    await api.stop();
    await world.stop();
  });

  it('are told, undone by a session that asks the app for nothing, and done again when that is withdrawn', async (t) => {
    const twins = pagedRows(6).map((row, index) => ({ ...row, email: `m${index % 3}@example.com` }));
    const scene = await setScene(world, t, { deduplication: true, rows: { orders: twins } });
    const { client } = api;
    const keys = async () => (await client.listRecords(scene.id, 'orders')).records.map(({ key }) => key);
    await scene.load();
    await world.reaches(scene.id, 19);
    await world.closes(scene.id);
    const merged = await keys();
    const [group] = (await client.merges(scene.id)).groups;
    assert.ok(group);
    const [gone = ''] = group.keys.filter((key) => key !== group.survivor);
    const { resources } = await client.sessionDeduplication(`${scene.id}.1`);
    assert.deepEqual([resources[0]?.merged, resources[0]?.list.length], [3, 3]);
    assert.equal((await client.merge(scene.id, { key: gone })).records.length, 2);

    const asked = scene.app.asked.length;
    const undone = await client.undoMerge(scene.id, { key: gone, why: 'two people' });
    assert.deepEqual([undone.pairs, undone.sessionId], [1, `${scene.id}.2`]);
    await world.reaches(scene.id, 19, ({ number }) => number === 2);
    await world.closes(scene.id);
    assert.equal(scene.app.asked.length, asked);
    assert.deepEqual(await keys(), [...merged, gone].sort());
    const changes = await client.changes(scene.id);
    assert.ok(
      changes.items.some(
        ({ session, key, kind }) => session === `${scene.id}.2` && key === gone && kind === 'added',
      ),
    );
    await assert.rejects(client.undoMerge(scene.id, { key: gone }), { code: 'NOT_FOUND' });

    const [pair] = (await client.mergeSuggestions(scene.id, { state: 'decided' })).pairs;
    assert.equal(pair?.decision?.why, 'two people');
    await client.decideMerge(scene.id, { pair: pair?.id ?? '', answer: 'withdraw' });
    await world.reaches(scene.id, 19, ({ number }) => number === 3);
    assert.deepEqual(await keys(), merged);
  });
});
