import { setTimeout as delay } from 'node:timers/promises';
import type { ConnectorDefinition } from '../connectors/definition.ts';
import type { JsonObject } from '../domain/json.ts';
import { startWorld, type World } from '../test/support/world.ts';
import { startTestServices } from '../tools/services.ts';
import { createBenchSessions, type LoadFigures } from './sessions.ts';
import type { Table } from './table.ts';
import { type BenchWorker, startBenchWorker } from './worker.ts';

export const fewRows = 100_000;
export const manyRows = 1_000_000;
const memoryGoalMb = 200;
const growthGoal = 1.1;

/** A worker with its engine and a store in memory, for loading from sources that need no app. */
export interface Loader {
  readonly world: World;
  readonly worker: BenchWorker;
  /** Memory of the worker before it has worked, in MB. */
  readonly idleMb: number | null;
  /** Loads everything by a session of a new connection, and forgets it. @throws unless it is so many rows */
  load(definition: ConnectorDefinition, configuration: JsonObject, rows: number): Promise<LoadFigures>;
}

/** @param env Settings of the worker beside those of its engine and store */
export async function withLoader(
  definition: ConnectorDefinition | readonly ConnectorDefinition[],
  env: Readonly<Record<string, string>>,
  body: (loader: Loader) => Promise<void>,
): Promise<void> {
  const services = await startTestServices('memory', console.error);
  Object.assign(process.env, services.env);
  try {
    const world = await startWorld();
    try {
      await Promise.all([world.stopWorker(), world.stopPool()]);
      const sessions = createBenchSessions(world);
      const worker = await startBenchWorker({
        definitions: [definition].flat(),
        env: {
          TEMPORAL_ADDRESS: services.env.TEST_TEMPORAL_ADDRESS ?? '',
          MONGODB_URI: services.env.TEST_MONGODB_URI ?? '',
          MONGODB_DATABASE: world.stores.db.databaseName,
          TRIBUTARY_TASK_QUEUE: world.taskQueue,
          TRIBUTARY_SECRETS_KEYS: sessions.keys,
          ...env,
        },
      });
      try {
        await delay(2_000);
        await body({
          world,
          worker,
          idleMb: await worker.residentMb(),
          async load(definition, configuration, rows) {
            const loaded = await sessions.load(definition, { kind: 'configuration', configuration });
            await sessions.forget(definition.resources.map(({ id }) => id));
            if (loaded.rows !== rows) throw new Error(`${loaded.rows} rows were loaded, not ${rows}.`);
            return loaded;
          },
        });
      } finally {
        await worker.stop();
      }
    } finally {
      await world.stop();
    }
  } finally {
    await services.stop();
  }
}

/**
 * The greatest memory of the worker while it loads few rows, three times, and many, in the same process. Three times:
 * one that was collected at a good moment says nothing.
 */
export async function benchMemory(
  { worker, idleMb }: Pick<Loader, 'worker' | 'idleMb'>,
  table: Table,
  what: string,
  load: (rows: number) => Promise<unknown>,
): Promise<void> {
  const peakOf = async (rows: number, times: number): Promise<number | null> => {
    await worker.resetPeak();
    for (let time = 0; time < times; time++) await load(rows);
    const peakMb = await worker.peakMb();
    const aboveMb = peakMb === null || idleMb === null ? null : peakMb - idleMb;
    const name = `${what}: peak memory above idle, ${rows.toLocaleString('en')} rows`;
    table.row(name, aboveMb, 'MB', { atMost: memoryGoalMb });
    return peakMb;
  };
  const few = await peakOf(fewRows, 3);
  const many = await peakOf(manyRows, 1);
  const growth = few === null || many === null ? null : many / few;
  table.row(`${what}: peak memory at 1,000,000 rows against 100,000`, growth, '', { atMost: growthGoal });
}
