import { setTimeout as delay } from 'node:timers/promises';
import { asLibraryHasIt } from '../test/support/embedded-store/programs.ts';
import { startWorld, type World } from '../test/support/world.ts';
import { startTestServices } from '../tools/services.ts';
import { type BenchSyncs, createBenchSyncs, syncDefinition } from './sync-scene.ts';
import { type BenchWorker, startBenchWorker } from './worker.ts';

/** Where the embedded store keeps its data; `library` is a file too, in the way that the store's library has it. */
export type BenchStore = 'memory' | 'file' | 'library';

/** Engine, store and workers of one part of the bench. */
export interface SyncServices {
  readonly kind: BenchStore;
  /** Of the store. */
  readonly uri: string;
  readonly world: World;
  readonly syncs: BenchSyncs;
  /** The worker of the pool `default`. */
  readonly worker: BenchWorker;
  /** Memory of the worker before it has worked, in MB. */
  readonly idleMb: number | null;
}

/**
 * Starts an engine and a store of their own, and a worker for each pool.
 * @param heapMb of the store, in place of its usual one
 */
export async function withSyncServices(
  kind: BenchStore,
  pools: readonly [string, ...string[]],
  body: (services: SyncServices) => Promise<void>,
  heapMb?: number,
): Promise<void> {
  const services = await startTestServices(
    kind === 'memory' ? 'memory' : 'h2',
    console.error,
    heapMb,
    kind === 'library' ? asLibraryHasIt : undefined,
  );
  Object.assign(process.env, services.env);
  const uri = services.env.TEST_MONGODB_URI ?? '';
  try {
    const world = await startWorld();
    const workers: BenchWorker[] = [];
    try {
      await Promise.all([world.stopWorker(), world.stopPool()]);
      const syncs = createBenchSyncs(world);
      for (const pool of pools)
        workers.push(
          await startBenchWorker({
            definitions: [syncDefinition],
            env: {
              TEMPORAL_ADDRESS: services.env.TEST_TEMPORAL_ADDRESS ?? '',
              MONGODB_URI: uri,
              MONGODB_DATABASE: world.stores.db.databaseName,
              TRIBUTARY_TASK_QUEUE: world.taskQueue,
              TRIBUTARY_POOLS: pool,
              TRIBUTARY_SECRETS_KEYS: syncs.keys,
              TRIBUTARY_EGRESS_ALLOW: '127.0.0.1',
            },
          }),
        );
      const [worker] = workers;
      if (worker === undefined) throw new Error('No pool was named.');
      await delay(2_000);
      await body({ kind, uri, world, syncs, worker, idleMb: await worker.residentMb() });
    } finally {
      await Promise.all(workers.map((worker) => worker.stop()));
      await world.stop();
    }
  } finally {
    await services.stop();
  }
}
