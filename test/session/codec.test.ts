import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { sessionWorkflowId } from '../../domain/contracts.ts';
import { startWorld, type World } from '../support/world.ts';
import { setScene } from './scene.ts';

/** Every byte field of a message, wherever it stands, as text. */
function bytesIn(value: unknown): string[] {
  if (value instanceof Uint8Array) return [Buffer.from(value).toString('latin1')];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(bytesIn);
}

describe('with a key for payloads', () => {
  let world: World;
  before(async () => {
    world = await startWorld({}, [{ id: 'k1', key: randomBytes(32) }]);
  });
  after(() => world.stop());

  it('a session runs, is called and answers, and its history tells nothing to who has not the key', async (t) => {
    const scene = await setScene(world, t);
    scene.app.faults.fail = { count: 1, status: 400 };
    await scene.load();
    await world.reaches(scene.id, 11);
    assert.equal(await scene.call('retry', 'a secret note'), 2);
    await world.reaches(scene.id, 19);
    const history = await world.client.workflow.getHandle(sessionWorkflowId(scene.id)).fetchHistory();
    const text = bytesIn(history).join('\n');
    assert.ok(text.length > 1_000);
    assert.ok(!text.includes('a secret note'));
    assert.ok(text.includes('k1'), 'each payload names the key that opens it');
  });
});
