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
        ...{ world, keys: sessions.keys, env },
        definitions: [definition].flat(),
      });
      try {
        await body({
          world,
          worker,
          load: (definition, configuration, rows) =>
            sessions.load(definition, { kind: 'configuration', configuration }, rows),
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
  worker: BenchWorker,
  table: Table,
  what: string,
  load: (rows: number) => Promise<unknown>,
): Promise<void> {
  const peakOf = async (rows: number, times: number): Promise<number | null> => {
    await worker.resetPeak();
    for (let time = 0; time < times; time++) await load(rows);
    const peakMb = await worker.peakMb();
    const aboveMb = peakMb === null || worker.idleMb === null ? null : peakMb - worker.idleMb;
    const name = `${what}: peak memory above idle, ${rows.toLocaleString('en')} rows`;
    table.row(name, aboveMb, 'MB', { atMost: memoryGoalMb });
    return peakMb;
  };
  const few = await peakOf(fewRows, 3);
  const many = await peakOf(manyRows, 1);
  const growth = few === null || many === null ? null : many / few;
  table.row(`${what}: peak memory at 1,000,000 rows against 100,000`, growth, '', { atMost: growthGoal });
}
