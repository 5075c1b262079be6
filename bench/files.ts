import assert from 'node:assert/strict';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parse } from 'csv-parse';
import { stringify } from 'csv-stringify';
import type { Db } from 'mongodb';
import { type ConnectorDefinition, definitionSchema } from '../connectors/definition.ts';
import type { JsonObject } from '../domain/json.ts';
import { benchMemory, fewRows, manyRows, withLoader } from './loader.ts';
import { benchRows } from './rows.ts';
import type { LoadFigures } from './sessions.ts';
import type { Table } from './table.ts';

const ratioGoal = 0.5;
const rowsPerInsert = 5_000;
const formats = ['csv', 'jsonl'] as const;
type Format = (typeof formats)[number];

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

const definitionOf = (format: Format, name: string): ConnectorDefinition =>
  definitionSchema.parse({
    version: 1,
    id: `bench-files-${name.replace('.', '-')}`,
    name: 'Files',
    kind: 'file',
    auth: { kind: 'configuration', schema: { type: 'object' } },
    resources: [
      {
        id: 'rows',
        name: 'Rows',
        key: ['id'],
        incremental: { bookmark: true },
        file: { pattern: name, format },
        schema: { type: 'object', properties: { id: { type: 'string' }, amount: { type: 'number' } } },
      },
    ],
  });

const fileOf = (format: Format, rows: number): string => `${rows}.${format}`;

/** CSV and JSON lines from the disk into batches in the store, against a bare loop over the same file and store. */
export async function benchFiles(table: Table): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'tributary-bench-files-'));
  const definitions = new Map(
    formats.flatMap((format) =>
      [fewRows, manyRows].map((rows) => {
        const name = fileOf(format, rows);
        return [name, definitionOf(format, name)] as const;
      }),
    ),
  );
  try {
    for (const format of formats) {
      for (const rows of [fewRows, manyRows]) await write(join(folder, fileOf(format, rows)), format, rows);
    }
    const env = { TRIBUTARY_SOURCE_FOLDERS: folder };
    await withLoader([...definitions.values()], env, async (loader) => {
      for (const format of formats) {
        const what = format === 'csv' ? 'CSV' : 'JSON lines';
        const load = (rows: number): Promise<LoadFigures> => {
          const definition = definitions.get(fileOf(format, rows)) ?? assert.fail();
          return loader.load(definition, { location: folder }, rows);
        };
        const ratios: number[] = [];
        // One after the other, three times: what else the machine does falls on both.
        for (let time = 0; time < 3; time++) {
          const { db } = loader.world.stores;
          const bare = await bareRowsPerSecond(db, join(folder, fileOf(format, fewRows)), format);
          const { rowsPerSecond } = await load(fewRows);
          ratios.push(rowsPerSecond / bare);
          table.row(`${what}: loading`, rowsPerSecond, 'rows/s');
          table.row(`${what}: parse and insert with nothing else`, bare, 'rows/s');
        }
        const median = ratios.sort((a, b) => a - b)[1] ?? null;
        table.row(`${what}: loading against that`, median, '', { atLeast: ratioGoal });
        await benchMemory(loader.worker, table, what, load);
      }
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
