import { execFile } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { MongoClient } from 'mongodb';
import { pythonProgram } from '../tools/python-programs.ts';
import { startTestServices } from '../tools/services.ts';
import { workerNodeArgs } from '../workers/heap.ts';
import type { LoadedSource } from './load-source.ts';
import { benchRows } from './rows.ts';
import type { Table } from './table.ts';

const ratioGoal = 0.5;
const memoryGoalMb = 200;
const growthGoal = 1.1;
const [fewRows, manyRows] = [100_000, 1_000_000] as const;
const run = promisify(execFile);

/** What a tap that keeps its place prints: a state every 10,000 rows. */
function* messages(count: number): Generator<string> {
  const made = benchRows(1_000);
  const line = (message: object): string => `${JSON.stringify(message)}\n`;
  yield line({ type: 'SCHEMA', stream: 'orders', schema: { properties: {} }, key_properties: ['id'] });
  for (let n = 1; n <= count; n++) {
    yield line({ type: 'RECORD', stream: 'orders', record: { ...made[n % made.length], id: `r${n}` } });
    if (n % 10_000 === 0) yield line({ type: 'STATE', value: { bookmarks: { orders: { id: n } } } });
  }
}

/** Rows of tap-singer-jsonl into batches in the store, against the same tap into nothing. */
export async function benchTaps(table: Table): Promise<void> {
  const found = await pythonProgram('tap-singer-jsonl', console.error);
  if ('missing' in found) return;
  const folder = await mkdtemp(join(tmpdir(), 'tributary-bench-taps-'));
  const services = await startTestServices('memory', console.error);
  const uri = services.env.TEST_MONGODB_URI ?? '';
  const client = await MongoClient.connect(uri);
  const db = client.db('bench_taps');
  const env = { ...process.env, MONGODB_URI: uri, MONGODB_DATABASE: db.databaseName };

  const prepare = async (count: number): Promise<string> => {
    const place = join(folder, String(count));
    await mkdir(place);
    await pipeline(Readable.from(messages(count)), createWriteStream(join(place, 'rows.singer.jsonl')));
    return place;
  };
  const bare = async (place: string): Promise<number> => {
    const config = join(folder, 'config.json');
    const local = { folders: [place], recursive: false };
    await writeFile(config, JSON.stringify({ source: 'local', local, add_record_metadata: false }));
    const began = performance.now();
    // A catalog, or it would look for one first.
    const catalog = join(folder, 'catalog.json');
    await writeFile(catalog, JSON.stringify({ streams: [] }));
    const command = `exec "$1" --config "$2" --catalog "$3" > /dev/null 2> /dev/null`;
    await run('/bin/sh', ['-c', command, 'sh', found.path, config, catalog]);
    return fewRows / ((performance.now() - began) / 1000);
  };
  const load = async (place: string, count: number): Promise<LoadedSource> => {
    const script = fileURLToPath(new URL('taps-process.ts', import.meta.url));
    const args = [...workerNodeArgs, '--import', 'tsx', script, found.path, place];
    const { stdout } = await run(process.execPath, args, { env });
    await db.dropDatabase();
    const loaded = JSON.parse(stdout) as LoadedSource;
    if (loaded.rows !== count) throw new Error(`${loaded.rows} rows were loaded, not ${count}.`);
    return loaded;
  };
  const above = ({ idleMb, peakMb }: LoadedSource): number | null =>
    idleMb === null || peakMb === null ? null : peakMb - idleMb;

  try {
    const place = await prepare(fewRows);
    const ratios: number[] = [];
    let few: LoadedSource | undefined;
    // One after the other, three times: what else the machine does falls on both.
    for (let time = 0; time < 3; time++) {
      const alone = await bare(place);
      const loaded = await load(place, fewRows);
      if ((loaded.peakMb ?? 0) >= (few?.peakMb ?? 0)) few = loaded;
      const ours = loaded.rows / loaded.seconds;
      ratios.push(ours / alone);
      table.row('tap: loading, its discovery included', ours, 'rows/s');
      table.row('tap: into nothing', alone, 'rows/s');
    }
    const median = ratios.sort((a, b) => a - b)[1] ?? null;
    table.row('tap: loading against that', median, '', { atLeast: ratioGoal });
    const many = await load(await prepare(manyRows), manyRows);
    table.row('tap: loading, 1,000,000 rows', many.rows / many.seconds, 'rows/s');
    const fewAbove = few === undefined ? null : above(few);
    table.row('tap: peak memory above idle, 100,000 rows', fewAbove, 'MB', { atMost: memoryGoalMb });
    table.row('tap: peak memory above idle, 1,000,000 rows', above(many), 'MB', { atMost: memoryGoalMb });
    const growth = !few?.peakMb || many.peakMb === null ? null : many.peakMb / few.peakMb;
    table.row('tap: peak memory at 1,000,000 rows against 100,000', growth, '', { atMost: growthGoal });
  } finally {
    await client.close();
    await services.stop();
    await rm(folder, { recursive: true, force: true });
  }
}
