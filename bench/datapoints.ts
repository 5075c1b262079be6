// Alone: node --import tsx bench/datapoints.ts [records]; two minutes with a million.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { RecordDoc } from '../stores/model.ts';
import { recordsCollection } from '../stores/names.ts';
import { openStores } from '../stores/open.ts';
import { connectionDoc } from '../test/stores/support.ts';
import { startTestServices } from '../tools/services.ts';
import { workerNodeArgs } from '../workers/heap.ts';
import { benchOrder, type DatapointsFigures, resource } from './datapoints-scene.ts';
import { createTable, type Table } from './table.ts';

const aMillion = 1_000_000;
const memoryGoalMb = 200;
const rateGoal = 0.5;
/** What a million records take in the embedded store's memory, and room to work. */
const heapMb = 4_000;
const recordsPerInsert = 5_000;
const at = new Date('2026-01-01T00:00:00Z');

/** Datapoints of so many records in one streaming pass, in a process of their own, against only reading the records. */
export async function benchDatapoints(table: Table, count = aMillion): Promise<void> {
  const services = await startTestServices('memory', console.error, heapMb);
  try {
    const uri = services.env.TEST_MONGODB_URI ?? '';
    const database = 'bench_datapoints';
    const session = await fill(uri, database, count);
    const script = fileURLToPath(new URL('datapoints-process.ts', import.meta.url));
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [...workerNodeArgs, '--import', 'tsx', script],
      { env: { ...process.env, MONGODB_URI: uri, MONGODB_DATABASE: database, SESSION: session } },
    );
    const figures = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as DatapointsFigures;
    const { records, idleMb, peakMb, reading, building, series } = figures;
    if (records !== count) throw new Error(`${records} records were read, not ${count}.`);
    const what = `datapoints of ${count.toLocaleString('en')} records`;
    table.row(`${what}: series`, series, '');
    table.row(`${what}: reading alone`, reading, 'records/s');
    table.row(`${what}: reading, facts and points`, building, 'records/s');
    table.row(`${what}: against reading`, building / reading, '', { atLeast: rateGoal });
    const above = idleMb === null || peakMb === null ? null : peakMb - idleMb;
    table.row(`${what}: peak memory above idle`, above, 'MB', { atMost: memoryGoalMb });
  } finally {
    await services.stop();
  }
}

/** @returns the id of a session whose records are there */
async function fill(uri: string, database: string, count: number): Promise<string> {
  const stores = await openStores({ uri, database });
  const connection = await stores.connections.create(
    connectionDoc('bench', { timeZone: 'America/New_York', resources: [{ id: resource, enabled: true }] }),
  );
  const session = await stores.sessions.allocate({
    ...{ connection, runId: 'bench', openedBy: { kind: 'person', id: 'bench' }, scope: {} },
    ...{ resources: [resource], at },
  });
  const collection = stores.db.collection<Pick<RecordDoc, '_id' | 'data'>>(
    recordsCollection('bench', 1, resource),
  );
  for (let from = 0; from < count; from += recordsPerInsert) {
    // Without where a record comes from: nobody reads it here, and the store's memory is for a million of them.
    const docs = Array.from({ length: Math.min(recordsPerInsert, count - from) }, (_, index) => ({
      _id: String(from + index).padStart(7, '0'),
      data: benchOrder(from + index),
    }));
    await collection.insertMany(docs, { ordered: false });
  }
  await stores.close();
  return session._id;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const table = createTable();
  await benchDatapoints(table, Number(process.argv[2] ?? aMillion));
  process.exitCode = table.missed().length > 0 ? 1 : 0;
}
