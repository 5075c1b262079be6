import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { JsonObject } from '../../domain/json.ts';
import { syncImbalance } from '../../domain/ledger.ts';
import type { DestinationDoc } from '../../stores/model.ts';
import { recordsCollection } from '../../stores/names.ts';
import { type SyncScene, syncScene } from '../support/sync-scene.ts';
import { startWorld, tester, type World } from '../support/world.ts';
import { seeded } from './rows.ts';
import type { Write, WritePoint } from './store-wire.ts';
import { createMortal, type Mortal } from './support.ts';

/** Everything that a run writes, and what it delivers: the destination is in the same store. */
const ofTheRun = ({ collection }: Write): boolean =>
  /^(syncRecords|syncPacks|syncLists|delivered)[._]|^(syncs|syncRuns|syncTimeline|destinationQueues)$/.test(
    collection,
  );

/** Two kills; at which write, and on which side of it, the seed says. A run makes some thirty writes. */
function killsOf(seed: number): WritePoint[] {
  const random = seeded(seed);
  return [0, 1].map(() => ({
    matches: ofTheRun,
    nth: 1 + Math.floor(random() * 16),
    when: random() < 0.5 ? 'before' : 'after',
  }));
}

const rows = (from: number, to: number, name: string): Record<string, JsonObject> =>
  Object.fromEntries(
    Array.from({ length: to - from }, (_, n) => [
      `o${String(from + n).padStart(5, '0')}`,
      { name: `${name} ${n}`, amount: n },
    ]),
  );

/** Rows of the first session, and those that the second one changes and adds. */
interface Sizes {
  readonly first: number;
  readonly changed: number;
  readonly added: number;
}

/** What the first session of a connection brings, and the second: some rows change, some are new, two are gone. */
const sessionsOf = ({ first, changed, added }: Sizes) => [
  { put: rows(0, first, 'first'), gone: [] },
  {
    put: { ...rows(0, changed, 'second'), ...rows(first, first + added, 'new') },
    gone: Object.keys(rows(first - 2, first, '')),
  },
];

/** Where killed runs deliver. */
export interface KilledPlace {
  readonly sizes: Sizes;
  readonly destination: Pick<DestinationDoc, 'kind' | 'configuration'>;
  readonly secret: JsonObject;
  /** Makes the object of a sync. */
  readonly make: (object: string) => void;
  /** What it holds, in the order of the keys. */
  readonly held: (object: string) => Promise<readonly unknown[]>;
  readonly drop: (object: string) => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** A database in the store of the world. */
export async function mongodbPlace({ stores: { db } }: World, uri: string): Promise<KilledPlace> {
  return {
    sizes: { first: 6_000, changed: 2_500, added: 100 },
    destination: { kind: 'mongodb', configuration: { database: db.databaseName } },
    secret: { uri },
    make: () => undefined,
    held: (object) => db.collection(object).find().sort({ _id: 1 }).toArray(),
    drop: async (object) => void (await db.collection(object).drop()),
    stop: async () => undefined,
  };
}

/** Odd seeds disturb the second run of their sync, even ones the first. */
const numberOf = (seed: number): number => 1 + (seed % 2);

/** Sync runs whose worker process is killed twice, against undisturbed ones of the same records. */
export function describeKilledDeliveries(
  seeds: readonly number[],
  openPlace: (world: World, uri: string) => Promise<KilledPlace> = mongodbPlace,
): void {
  describe('a sync run whose worker is killed at any of its writes', () => {
    let world: World;
    let place: KilledPlace;
    let sessions: ReturnType<typeof sessionsOf>;
    let mortal: Mortal;
    const scenes = new Map<number, SyncScene>();
    const undisturbed: Awaited<ReturnType<typeof leftBy>>[] = [];

    const objectOf = ({ syncId }: SyncScene): string => `delivered_${syncId}`;
    /** The destination, and what the run tells of it: equal whatever happened on the way. */
    async function leftBy(scene: SyncScene) {
      const { status, ledger } = (await scene.latest()) ?? assert.fail();
      const held = await place.held(objectOf(scene));
      const known: string[] = [];
      for await (const keys of world.stores.syncRecords.of(scene.syncId).keys(null)) known.push(...keys);
      return { status, ledger, held, known };
    }
    const changes = (scene: SyncScene, number: number) => {
      const { put, gone } = sessions[number - 1] ?? assert.fail();
      return scene.session(put, gone);
    };
    /** Twenty seeds are more than the embedded store holds in memory. */
    async function drop(scene: SyncScene): Promise<void> {
      const { db, syncRecords } = world.stores;
      await syncRecords.of(scene.syncId).purge();
      await place.drop(objectOf(scene));
      await db.collection(recordsCollection(scene.connection._id, 1, 'orders')).drop();
    }
    /** Starts a run. @returns fulfilled when its execution has ended */
    const run = async (scene: SyncScene): Promise<void> => {
      const port = world.syncs({ heartbeatMs: 1_000 });
      const { engineRun } = await port.startRun(scene.syncId, { by: tester });
      await world.client.workflow.getHandle(`sync-run/${scene.syncId}`, engineRun).result();
    };

    before(async () => {
      world = await startWorld();
      const { stores } = world;
      const make = () => syncScene(world);
      const calm = await make();
      for (const seed of seeds) scenes.set(seed, await make());
      await Promise.all([world.stopWorker(), world.stopPool()]);
      mortal = await createMortal(world, [...world.definitions.values()]);
      place = await openPlace(world, mortal.uri);
      sessions = sessionsOf(place.sizes);
      for (const scene of [calm, ...scenes.values()]) {
        const { destinationId } = scene.sync;
        const secret = mortal.seal(place.secret, `destination/${destinationId}`);
        await stores.destinations.change(destinationId, () => ({ ...place.destination, secret }));
        place.make(objectOf(scene));
        await stores.syncs.change(scene.syncId, () => ({ object: objectOf(scene) }));
      }
      mortal.start();
      for (const number of [1, 2]) {
        await changes(calm, number);
        await run(calm);
        undisturbed.push(await leftBy(calm));
      }
      const { first, added, changed } = place.sizes;
      assert.deepEqual(
        undisturbed.map(({ held, ledger: { inserted, updated, deleted } }) => [
          ...[held.length, inserted, updated, deleted],
        ]),
        [
          [first, first, 0, 0],
          [first + added - 2, added, changed, 2],
        ],
      );
    });
    after(async () => {
      await mortal?.stop();
      await place?.stop();
      await world?.stop();
    });

    for (const seed of seeds) {
      const number = numberOf(seed);
      const kills = killsOf(seed);
      const when = kills.map((kill) => `${kill.when} write ${kill.nth}`).join(', then ');
      it(`seed ${seed}: leaves the destination as an undisturbed one (run ${number}, ${when})`, {
        timeout: 180_000,
      }, async () => {
        const scene = scenes.get(seed) ?? assert.fail();
        if (number === 2) {
          await changes(scene, 1);
          await run(scene);
        }
        await changes(scene, number);
        let ended: Promise<'ended'> | undefined;
        for (const kill of kills) {
          const dead = mortal.killAt(kill).then(() => 'dead' as const);
          ended ??= run(scene).then(() => 'ended');
          // The second point may lie behind the end.
          if ((await Promise.race([dead, ended])) === 'ended') break;
          mortal.start(seed === seeds.at(-1) && kill === kills.at(-1) ? 'last' : undefined);
        }
        await ended;
        const left = await leftBy(scene);
        assert.deepEqual(left, undisturbed[number - 1]);
        assert.equal(syncImbalance(left.ledger), null);
        await drop(scene);
      });
    }
  });
}
