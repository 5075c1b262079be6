import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { ConnectionDoc } from '../../stores/model.ts';
import { startWorld, tester, type World } from '../support/world.ts';
import {
  isOrdered,
  recordsOf,
  type TableKind,
  tableConnection,
  tableDefinitions,
  tablePrograms,
} from './killed-program.ts';
import { seeded } from './rows.ts';
import { createMortal, type Mortal } from './support.ts';

const rows = 600;

/** Sessions whose program is killed twice and whose worker once, at points that the seeds say. */
export function describeKilledTables(kind: TableKind, seeds: readonly number[]): void {
  describe(`a session whose ${kind} is killed twice and its worker once`, () => {
    let world: World;
    let mortal: Mortal;
    let folder: string;
    const connections = new Map<number, ConnectionDoc>();
    const undisturbed = new Map<boolean, Awaited<ReturnType<typeof recordsOf>>>();

    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'tributary-test-'));
      const sources = { programs: tablePrograms, folders: [] };
      world = await startWorld({ batchRows: 150 }, [], { sources });
      for (const ordered of [true, false]) {
        const calm = await tableConnection(world, folder, { kind, ordered, rows });
        undisturbed.set(ordered, await recordsOf(world, calm));
      }
      await Promise.all([world.stopWorker(), world.stopPool()]);
      mortal = await createMortal(world, Object.values(tableDefinitions[kind]), sources);
      for (const seed of seeds) {
        const options = { kind, ordered: isOrdered(seed), rows, seed };
        connections.set(seed, await tableConnection(world, folder, options, mortal.seal));
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
}
