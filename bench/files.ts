import { execFile } from 'node:child_process';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { parse } from 'csv-parse';
import { stringify } from 'csv-stringify';
import { type Db, MongoClient } from 'mongodb';
import type { JsonObject } from '../domain/json.ts';
import { startTestServices } from '../tools/services.ts';
import { workerNodeArgs } from '../workers/heap.ts';
import type { LoadedSource } from './load-source.ts';
import { benchRows } from './rows.ts';
import type { Table } from './table.ts';

const ratioGoal = 0.5;
const memoryGoalMb = 200;
const growthGoal = 1.1;
const rowsPerInsert = 5_000;
const [fewRows, manyRows] = [100_000, 1_000_000] as const;
const run = promisify(execFile);
type Format = 'csv' | 'jsonl';

/** The rows of the other parts of the bench, their ids and times going on. */
function* rowsOf(count: number): Generator<JsonObject> {
  const made = benchRows(1_000);
  for (let n = 0; n < count; n++)
    yield {
      ...made[n % made.length],
      id: `r${n}`,
      updated_at: new Date(Date.UTC(2024, 0, 1) + n * 1_000).toISOString(),
    };
}

function* linesOf(count: number): Generator<string> {
  for (const row of rowsOf(count)) yield `${JSON.stringify(row)}\n`;
}

async function write(path: string, format: Format, count: number): Promise<void> {
  const out = createWriteStream(path);
  if (format === 'csv') return pipeline(Readable.from(rowsOf(count)), stringify({ header: true }), out);
  return pipeline(Readable.from(linesOf(count)), out);
}

/** The least that any tool has to do: parse the file and insert its rows. @returns rows a second */
async function bareRowsPerSecond(db: Db, path: string, format: Format): Promise<number> {
  const collection = db.collection('bare');
  const input = createReadStream(path);
  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
  const parsed: AsyncIterable<JsonObject | string> =
    format === 'csv' ? input.pipe(parse({ columns: true })) : lines;
  const began = performance.now();
  let waiting: JsonObject[] = [];
  let rows = 0;
  const insert = async (): Promise<void> => {
    rows += waiting.length;
    if (waiting.length > 0) await collection.insertMany(waiting, { ordered: false });
    waiting = [];
  };
  for await (const row of parsed) {
    waiting.push(typeof row === 'string' ? (JSON.parse(row) as JsonObject) : row);
    if (waiting.length >= rowsPerInsert) await insert();
  }
  await insert();
  const rate = rows / ((performance.now() - began) / 1000);
  await collection.drop();
  return rate;
}

const above = ({ idleMb, peakMb }: LoadedSource): number | null =>
  idleMb === null || peakMb === null ? null : peakMb - idleMb;
const byMemory = (a: number | null, b: number | null): number => (a ?? 0) - (b ?? 0);

async function load(db: Db, env: NodeJS.ProcessEnv, args: readonly string[]): Promise<LoadedSource> {
  const script = fileURLToPath(new URL('files-process.ts', import.meta.url));
  const { stdout } = await run(process.execPath, [...workerNodeArgs, '--import', 'tsx', script, ...args], {
    env,
  });
  await db.dropDatabase();
  return JSON.parse(stdout) as LoadedSource;
}

/** CSV and JSON lines from the disk into batches in the store, against a bare loop over the same file and store. */
export async function benchFiles(table: Table): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'tributary-bench-files-'));
  const services = await startTestServices('memory', console.error);
  const uri = services.env.TEST_MONGODB_URI ?? '';
  const client = await MongoClient.connect(uri);
  try {
    const db = client.db('bench_files');
    const env = { ...process.env, MONGODB_URI: uri, MONGODB_DATABASE: db.databaseName };
    for (const format of ['csv', 'jsonl'] as const) {
      const what = format === 'csv' ? 'CSV' : 'JSON lines';
      const name = `few.${format}`;
      await write(join(folder, name), format, fewRows);
      const ratios: number[] = [];
      const few: LoadedSource[] = [];
      // One after the other, three times: what else the machine does falls on both.
      for (let time = 0; time < 3; time++) {
        const bare = await bareRowsPerSecond(db, join(folder, name), format);
        const loaded = await load(db, env, [folder, name, format]);
        if (loaded.rows !== fewRows) throw new Error(`${loaded.rows} rows were loaded, not ${fewRows}.`);
        few.push(loaded);
        const ours = loaded.rows / loaded.seconds;
        ratios.push(ours / bare);
        table.row(`${what}: loading`, ours, 'rows/s');
        table.row(`${what}: parse and insert with nothing else`, bare, 'rows/s');
      }
      const median = ratios.sort((a, b) => a - b)[1] ?? null;
      table.row(`${what}: loading against that`, median, '', { atLeast: ratioGoal });

      await write(join(folder, `many.${format}`), format, manyRows);
      const many = await load(db, env, [folder, `many.${format}`, format]);
      if (many.rows !== manyRows) throw new Error(`${many.rows} rows were loaded, not ${manyRows}.`);
      // The greatest of the three: one that was collected at a good moment says nothing.
      const fewAbove = few.map(above).sort(byMemory).at(-1) ?? null;
      table.row(`${what}: peak memory above idle, 100,000 rows`, fewAbove, 'MB', { atMost: memoryGoalMb });
      table.row(`${what}: peak memory above idle, 1,000,000 rows`, above(many), 'MB', {
        atMost: memoryGoalMb,
      });
      // Of one process: what two of them take before their first row differs by more than a tenth.
      const { earlyPeakMb, peakMb } = many;
      const growth = earlyPeakMb === null || peakMb === null ? null : peakMb / earlyPeakMb;
      table.row(`${what}: peak memory at 1,000,000 rows against 100,000`, growth, '', { atMost: growthGoal });
    }
  } finally {
    await client.close();
    await services.stop();
    await rm(folder, { recursive: true, force: true });
  }
}
