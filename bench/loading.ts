import type { Db } from 'mongodb';
import type { ConnectorDefinition } from '../connectors/definition.ts';
import type { JsonObject } from '../domain/json.ts';
import { pagedCredentials, pagedDefinition } from '../test/support/paged-app.ts';
import { benchMemory, fewRows, manyRows } from './loader.ts';
import type { BenchSessions, LoadFigures } from './sessions.ts';
import type { Table } from './table.ts';
import type { BenchWorker } from './worker.ts';

const ratioGoal = 0.6;
const rowsPerInsert = 5_000;
const pageSizes = [100, 1_000] as const;

/** One resource in pages of a size, as bench/source-process.ts answers them. */
const loadingDefinition = (size: number, rows: number): ConnectorDefinition => {
  const definition = pagedDefinition({ id: `bench-load-${size}-${rows}`, incremental: false });
  return {
    ...definition,
    resources: definition.resources.map((resource) => ({ ...resource, path: `/${size}/${rows}/orders` })),
  };
};

/** The definitions that the worker needs. */
export const loadingDefinitions: readonly ConnectorDefinition[] = [
  ...pageSizes.map((size) => loadingDefinition(size, fewRows)),
  loadingDefinition(1_000, manyRows),
];

/** The least that any tool has to do: fetch pages and insert their rows. @returns rows a second */
async function bareRowsPerSecond(db: Db, url: string): Promise<number> {
  const collection = db.collection('bare');
  const headers = { authorization: `Bearer ${pagedCredentials.bearer.token}` };
  const began = performance.now();
  let waiting: JsonObject[] = [];
  let rows = 0;
  const insert = async (): Promise<void> => {
    rows += waiting.length;
    if (waiting.length > 0) await collection.insertMany(waiting, { ordered: false });
    waiting = [];
  };
  for (let cursor: string | null = '0'; cursor !== null; ) {
    const answer = await fetch(`${url}?cursor=${cursor}`, { headers });
    const page = (await answer.json()) as { data: JsonObject[]; next: string | null };
    waiting.push(...page.data);
    if (waiting.length >= rowsPerInsert) await insert();
    cursor = page.next;
  }
  await insert();
  const rate = rows / ((performance.now() - began) / 1000);
  await collection.drop();
  return rate;
}

export interface LoadingBench {
  readonly worker: BenchWorker;
  readonly db: Db;
  readonly source: string;
  readonly sessions: BenchSessions;
  readonly table: Table;
}

/** Loading against a bare loop over the same pages and store, and the worker's memory at 100,000 and 1,000,000 rows. */
export async function benchLoading(bench: LoadingBench): Promise<void> {
  const { db, source, sessions, worker, table } = bench;
  const load = (size: number, rows: number): Promise<LoadFigures> =>
    sessions.load(loadingDefinition(size, rows), source, rows);
  for (const size of pageSizes) {
    const ratios: number[] = [];
    // One after the other, three times: what else the machine does falls on both.
    for (let time = 0; time < 3; time++) {
      const bare = await bareRowsPerSecond(db, `${source}/${size}/${fewRows}/orders`);
      const ours = await load(size, fewRows);
      ratios.push(ours.rowsPerSecond / bare);
      table.row(`pages of ${size}: loading`, ours.rowsPerSecond, 'rows/s');
      table.row(`pages of ${size}: fetch and insert with nothing else`, bare, 'rows/s');
    }
    const median = ratios.sort((a, b) => a - b)[1] ?? null;
    table.row(`pages of ${size}: loading against that`, median, '', { atLeast: ratioGoal });
  }

  await benchMemory(worker, table, 'loading', (rows) => load(1_000, rows));
}
