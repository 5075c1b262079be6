import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { ConnectionDoc } from '../../stores/model.ts';
import { isOrdered, recordsOf, tapConnection, tapDefinitions, tapPrograms } from '../kill/killed-tap.ts';
import { seeded } from '../kill/rows.ts';
import { createMortal, type Mortal } from '../kill/support.ts';
import { startWorld, tester, type World } from '../support/world.ts';

const seeds = Array.from({ length: 20 }, (_, index) => index + 1);
const rows = 600;

describe('a session whose tap is killed twice and its worker once', () => {
  let world: World;
  let mortal: Mortal;
  let folder: string;
  const connections = new Map<number, ConnectionDoc>();
  const undisturbed = new Map<boolean, Awaited<ReturnType<typeof recordsOf>>>();

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tributary-test-'));
    const sources = { programs: tapPrograms, folders: [] };
    world = await startWorld({ batchRows: 150 }, [], { sources });
    for (const ordered of [true, false])
      undisturbed.set(ordered, await recordsOf(world, await tapConnection(world, folder, { ordered, rows })));
    await Promise.all([world.stopWorker(), world.stopPool()]);
    mortal = await createMortal(world, Object.values(tapDefinitions), sources);
    for (const seed of seeds) {
      const options = { ordered: isOrdered(seed), rows, seed };
      connections.set(seed, await tapConnection(world, folder, options, mortal.seal));
    }
    mortal.start();
  });
  after(async () => {
    await mortal?.stop();
    await world?.stop();
    await rm(folder, { recursive: true });
  });

  for (const seed of seeds) {
    const random = seeded(seed + 1_000);
    const nth = 1 + Math.floor(random() * 5);
    const when = random() < 0.5 ? 'before' : 'after';
    it(`seed ${seed}: leaves the same records (${when} write ${nth})`, { timeout: 90_000 }, async () => {
      const connection = connections.get(seed);
      assert.ok(connection);
      const dead = mortal.killAt({
        matches: ({ collection }) => collection === 'batches' || collection === 'checkpoints',
        nth,
        when,
      });
      const port = world.sessions({ heartbeatMs: 1_000, quickMs: 3_000 });
      await port.startSession(connection, { kind: 'load', by: tester });
      await dead;
      mortal.start(seed === seeds.at(-1) ? 'last' : undefined);
      const left = await recordsOf(world, connection, { isBegun: true });
      assert.deepEqual(left, undisturbed.get(isOrdered(seed)));
    });
  }
});
