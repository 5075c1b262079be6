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
            ...{ world, keys: syncs.keys, definitions: [syncDefinition] },
            env: { TRIBUTARY_POOLS: pool },
          }),
        );
      const [worker] = workers;
      if (worker === undefined) throw new Error('No pool was named.');
      await body({ kind, uri, world, syncs, worker });
    } finally {
      await Promise.all(workers.map((worker) => worker.stop()));
      await world.stop();
    }
  } finally {
    await services.stop();
  }
}
