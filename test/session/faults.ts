import assert from 'node:assert/strict';
import type { JsonObject } from '../../domain/json.ts';
import { pagedRows } from '../support/paged-app.ts';
import { until } from '../support/until.ts';
import type { World } from '../support/world.ts';
import type { Scene } from './scene.ts';

/** Rows that have a key and do not fit the schema. */
export const malformed = (count: number): JsonObject[] =>
  pagedRows(count).map((row) => ({ ...row, amount: 'much' }));

/** From now on every row fits: what a person does to a definition that was too strict. */
export function loosenDefinition(world: World, scene: Scene): void {
  const definition = world.definitions.get(scene.connection.app);
  assert.ok(definition);
  const resources = definition.resources.map((resource) => ({ ...resource, schema: { type: 'object' } }));
  world.definitions.set(definition.id, { ...definition, resources });
}

/** Deduplication that fails, until the returned function mends it. */
export function breakDeduplication(world: World, scene: Scene): () => void {
  const definition = world.definitions.get(scene.connection.app);
  assert.ok(definition?.deduplication);
  const wrong = [{ resource: 'orders', match: null as unknown as string[][] }];
  world.definitions.set(definition.id, { ...definition, deduplication: wrong });
  return () => world.definitions.set(definition.id, definition);
}

/**
 * Brings a session of `orders` to 17 in its first substage, by a document that monitoring cannot read; gives the
 * mending. The threshold stops it in 14 first, so that the document is broken without a race.
 */
export async function failProcessing(world: World, scene: Scene): Promise<() => Promise<void>> {
  scene.app.rows.orders?.splice(0, 20, ...malformed(20));
  await scene.load();
  const { _id: sessionId } = await world.reaches(scene.id, 14);
  const runs = world.stores.db.collection<{ _id: string; ledger: unknown }>('ingestionRuns');
  const _id = `${sessionId}/orders`;
  const corrupt = until('structured', async () => {
    const run = await world.stores.structuring.get(_id);
    if (run?.status !== 'COMPLETED') return { seen: String(run?.status) };
    await runs.updateOne({ _id }, { $set: { ledger: null } });
    return { found: run.ledger };
  });
  loosenDefinition(world, scene);
  await scene.call('retry');
  const ledger = await corrupt;
  await world.reaches(scene.id, 17);
  return async () => {
    await runs.updateOne({ _id }, { $set: { ledger } });
  };
}
