import { execFile } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import type { JsonObject } from '../domain/json.ts';
import { tapDefinition } from '../test/connectors/singer/scene.ts';
import { pythonProgram } from '../tools/python-programs.ts';
import { benchMemory, fewRows, manyRows, withLoader } from './loader.ts';
import { benchRows } from './rows.ts';
import type { LoadFigures } from './sessions.ts';
import type { Table } from './table.ts';

const ratioGoal = 0.5;
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

const configurationOf = (place: string): JsonObject => ({
  source: 'local',
  local: { folders: [place], recursive: false },
  add_record_metadata: false,
});

/** Rows of tap-singer-jsonl into batches in the store, against the same tap into nothing. */
export async function benchTaps(table: Table): Promise<void> {
  const found = await pythonProgram('tap-singer-jsonl', console.error);
  if ('missing' in found) return;
  const folder = await mkdtemp(join(tmpdir(), 'tributary-bench-taps-'));
  const placeOf = (rows: number): string => join(folder, String(rows));

  const bare = async (): Promise<number> => {
    const config = join(folder, 'config.json');
    await writeFile(config, JSON.stringify(configurationOf(placeOf(fewRows))));
    const began = performance.now();
    // A catalog, or it would look for one first.
    const catalog = join(folder, 'catalog.json');
    await writeFile(catalog, JSON.stringify({ streams: [] }));
    const command = `exec "$1" --config "$2" --catalog "$3" > /dev/null 2> /dev/null`;
    await run('/bin/sh', ['-c', command, 'sh', found.path, config, catalog]);
    return fewRows / ((performance.now() - began) / 1000);
  };

  try {
    for (const rows of [fewRows, manyRows]) {
      await mkdir(placeOf(rows));
      const out = createWriteStream(join(placeOf(rows), 'rows.singer.jsonl'));
      await pipeline(Readable.from(messages(rows)), out);
    }
    const definition = tapDefinition({ incremental: true });
    const env = { TRIBUTARY_SOURCE_PROGRAMS: `tap=${found.path}` };
    await withLoader(definition, env, async (loader) => {
      const load = (rows: number): Promise<LoadFigures> =>
        loader.load(definition, configurationOf(placeOf(rows)), rows);
      const ratios: number[] = [];
      // One after the other, three times: what else the machine does falls on both.
      for (let time = 0; time < 3; time++) {
        const alone = await bare();
        const { rowsPerSecond } = await load(fewRows);
        ratios.push(rowsPerSecond / alone);
        table.row('tap: loading, its discovery included', rowsPerSecond, 'rows/s');
        table.row('tap: into nothing', alone, 'rows/s');
      }
      const median = ratios.sort((a, b) => a - b)[1] ?? null;
      table.row('tap: loading against that', median, '', { atLeast: ratioGoal });
      await benchMemory(loader.worker, table, 'tap', load);
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
