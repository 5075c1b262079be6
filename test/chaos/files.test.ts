import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { ConnectionDoc } from '../../stores/model.ts';
import {
  filesConnection,
  filesDefinition,
  isAmended,
  killedAmongFiles,
  undisturbedFiles,
} from '../kill/killed-files.ts';
import { createMortal, type Mortal } from '../kill/support.ts';
import { startWorld, type World } from '../support/world.ts';

const seeds = Array.from({ length: 20 }, (_, index) => index + 1);

describe('a session of files whose worker is killed, some of them written anew meanwhile', () => {
  let world: World;
  let mortal: Mortal;
  let folder: string;
  const connections = new Map<number, ConnectionDoc>();
  let undisturbed: Awaited<ReturnType<typeof undisturbedFiles>>;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tributary-test-'));
    const sources = { programs: {}, folders: [folder] };
    world = await startWorld({ batchRows: 150, batchAgeMs: 600_000 }, [], { sources });
    undisturbed = await undisturbedFiles(world, folder);
    await Promise.all([world.stopWorker(), world.stopPool()]);
    mortal = await createMortal(world, [filesDefinition], sources);
    for (const seed of seeds) connections.set(seed, await filesConnection(world, folder, false, mortal.seal));
    mortal.start();
  });
  after(async () => {
    await mortal?.stop();
    await world?.stop();
    await rm(folder, { recursive: true });
  });

  for (const seed of seeds)
    it(`seed ${seed}: leaves the same records, and the same broken lines`, { timeout: 90_000 }, async () => {
      const connection = connections.get(seed);
      assert.ok(connection);
      const last = seed === seeds.at(-1) ? 'last' : undefined;
      const left = await killedAmongFiles(world, mortal, { connection, folder, seed }, last);
      assert.deepEqual(left, undisturbed.get(isAmended(seed)));
    });
});
