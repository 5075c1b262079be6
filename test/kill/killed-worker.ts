import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { imbalance } from '../../domain/ledger.ts';
import type { ConnectionDoc } from '../../stores/model.ts';
import { type PagedApp, pagedDefinition, startPagedApp } from '../support/paged-app.ts';
import { startWorld, tester, type World } from '../support/world.ts';
import {
  filesConnection,
  filesDefinition,
  isAmended,
  killedAmongFiles,
  undisturbedFiles,
} from './killed-files.ts';
import { laterRows, mixedRows, seeded } from './rows.ts';
import type { Write, WritePoint } from './store-wire.ts';
import { createMortal, leftBy, type Mortal } from './support.ts';

const definition = pagedDefinition({ resources: ['orders', 'customers'], incremental: false });
const first = { orders: mixedRows(1_500), customers: mixedRows(600) };
const refresh = { orders: laterRows(first.orders), customers: laterRows(first.customers) };
/** What the app has in the first and in the second session of a connection. */
const passes = [first, refresh];

const loading = ({ collection }: Write) => collection === 'batches' || collection === 'checkpoints';
const merging = ({ collection }: Write) =>
  /^(records|quarantine)\.|^(changes|ingestionRuns)$/.test(collection);

/** Odd seeds disturb the second session of their connection, even ones the first. */
const numberOf = (seed: number) => 1 + (seed % 2);

/** One kill in each half of the work; at which write, and on which side of it, the seed says. */
function killsOf(seed: number): WritePoint[] {
  const random = seeded(seed);
  const point = (matches: WritePoint['matches'], latest: number): WritePoint => ({
    matches,
    nth: 3 + Math.floor(random() * (latest - 2)),
    when: random() < 0.5 ? 'before' : 'after',
  });
  return [point(loading, 30), point(merging, 45)];
}

/**
 * Sessions whose worker process is killed twice, against undisturbed sessions of the same rows.
 * @param ofFiles Seeds of sessions that read files.
 */
export function describeKilledWorkers(seeds: readonly number[], ofFiles: readonly number[] = []): void {
  describe('a session whose worker is killed in the middle of loading and of merging', () => {
    let world: World;
    let mortal: Mortal;
    let app: PagedApp<'orders' | 'customers'>;
    let folder: string;
    let calmFiles: Awaited<ReturnType<typeof undisturbedFiles>>;
    const connections = new Map<number, ConnectionDoc>();
    const undisturbed: Awaited<ReturnType<typeof leftBy>>[] = [];

    const begin = async (connection: ConnectionDoc, number: number) => {
      Object.assign(app.rows, passes[number - 1]);
      await world.closes(connection._id).catch(() => undefined);
      const port = world.sessions({ heartbeatMs: 1_000, quickMs: 3_000 });
      await port.startSession(connection, { kind: 'load', by: tester });
    };
    const synced = (connection: ConnectionDoc, number: number) =>
      world.reaches(connection._id, 19, (session) => session.number === number);

    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'tributary-test-'));
      const sources = { programs: {}, folders: [folder] };
      world = await startWorld({ batchRows: 150, batchAgeMs: 600_000 }, [], { sources });
      app = await startPagedApp({ resources: { orders: [], customers: [] }, pageSize: 100 });
      const install = () => world.started({ definition, baseUrl: app.url });
      const calm = await install();
      for (const seed of seeds) connections.set(seed, await install());
      const pass = async (connection: ConnectionDoc, number: number) => {
        await begin(connection, number);
        return synced(connection, number);
      };
      for (const number of [1, 2]) undisturbed.push(await leftBy(world, await pass(calm, number)));
      for (const [seed, connection] of connections) if (numberOf(seed) === 2) await pass(connection, 1);
      if (ofFiles.length > 0) calmFiles = await undisturbedFiles(world, folder);
      await Promise.all([world.stopWorker(), world.stopPool()]);
      mortal = await createMortal(world, [definition, filesDefinition], sources);
      mortal.start();
    });
    after(async () => {
      await mortal?.stop();
      await app?.stop();
      await world?.stop();
      await rm(folder, { recursive: true });
    });

    for (const seed of ofFiles)
      it(`files, seed ${seed}: leaves the same records and broken lines`, { timeout: 120_000 }, async () => {
        const connection = await filesConnection(world, folder, false, mortal.seal);
        const left = await killedAmongFiles(world, mortal, { connection, folder, seed });
        assert.deepEqual(left, calmFiles.get(isAmended(seed)));
      });

    for (const seed of seeds) {
      const number = numberOf(seed);
      const kills = killsOf(seed);
      const when = kills.map((kill) => `${kill.when} write ${kill.nth}`).join(', then ');
      it(`seed ${seed}: ends Synced with the same records and counts (session ${number}, ${when})`, {
        timeout: 60_000,
      }, async () => {
        const connection = connections.get(seed);
        assert.ok(connection);
        await mortal.grant(connection);
        const [inLoading, inMerging] = kills.map((kill) => () => mortal.killAt(kill));
        const dead = inLoading?.();
        await begin(connection, number);
        await dead;
        const deadAgain = inMerging?.();
        mortal.start();
        await deadAgain;
        mortal.start(seed === seeds.at(-1) ? 'last' : undefined);

        const session = await synced(connection, number);
        const left = await leftBy(world, session);
        assert.deepEqual(left, undisturbed[number - 1]);
        for (const { ledger } of Object.values(left)) assert.equal(imbalance(ledger), null);
        assert.equal(left.orders?.ledger.read, passes[number - 1]?.orders.length);
      });
    }
  });
}
