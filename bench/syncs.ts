import { benchAirtableSyncs } from './sync-airtable.ts';
import { rawSeconds } from './sync-raw.ts';
import type { RunFigures } from './sync-scene.ts';
import { type SyncServices, withSyncServices } from './sync-services.ts';
import type { Table } from './table.ts';

const fewRows = 100_000;
const manyRows = 1_000_000;
const memoryGoalMb = 200;
const growthGoal = 1.1;
const secondRunGoal = 5;
const times = 3;
/** The least that a delivery may reach of a raw loop of bulk upserts, by where the store keeps its data. */
const ratioGoals = { memory: 0.5, h2: 0.75 } as const;
const storeNames = { memory: 'memory store', h2: 'file store' } as const;

export interface SyncBenchOptions {
  /** A million records too, on the file store: some minutes more. */
  readonly million: boolean;
}

/** Deliveries to MongoDB in both kinds of store, and to a stand-in for Airtable with the real limits. */
export async function benchSyncs(table: Table, { million }: SyncBenchOptions): Promise<void> {
  await withSyncServices(
    'memory',
    ['default'],
    async (services) => void (await benchMongodb(services, table)),
  );
  await withSyncServices('h2', ['default'], async (services) => {
    const peakMb = await benchMongodb(services, table);
    if (million) await benchManyRows(services, table, peakMb);
  });
  for (const pools of [['default'], ['default', 'second']] as const)
    await withSyncServices('memory', [...pools], (services) => benchAirtableSyncs(services, pools, table));
}

/**
 * The whole run, from its start to its end, against a raw loop in the same store. One after the other, three times:
 * what else the machine does falls on both.
 * @returns the peak memory of the worker, in MB
 */
async function benchMongodb(services: SyncServices, table: Table): Promise<number | null> {
  const { world, syncs, worker, kind, idleMb } = services;
  const { db, syncRecords } = world.stores;
  const name = storeNames[kind];
  const connection = await syncs.records(fewRows);
  const ratios: number[] = [];
  const secondRatios: number[] = [];
  await worker.resetPeak();
  for (let time = 0; time < times; time++) {
    const raw = await rawSeconds(db, fewRows);
    const object = `delivered-${time}`;
    const syncId = await syncs.sync(connection, targetIn(services, object));
    const first = await syncs.run(syncId);
    expectInserted(first, fewRows);
    const second = await syncs.run(syncId);
    ratios.push(raw / first.seconds);
    secondRatios.push(first.seconds / second.seconds);
    table.row(`${name}: raw loop of bulk upserts`, fewRows / raw, 'rows/s');
    table.row(`${name}: delivery, staging included`, fewRows / first.seconds, 'rows/s');
    table.row(`${name}: of that staging`, first.stagingSeconds, 's');
    // The store keeps all in memory, and its memory is small.
    await Promise.all([db.collection(object).drop(), syncRecords.of(syncId).purge()]);
  }
  table.row(`${name}: delivery against the raw loop`, middle(ratios), '', { atLeast: ratioGoals[kind] });
  table.row(`${name}: first run, in runs without changes`, middle(secondRatios), '', {
    atLeast: secondRunGoal,
  });
  const peakMb = await worker.peakMb();
  table.row(`${name}: delivering, peak memory above idle`, above(peakMb, idleMb), 'MB', {
    atMost: memoryGoalMb,
  });
  return peakMb;
}

/** Only the file store can hold so many. */
async function benchManyRows(services: SyncServices, table: Table, fewPeakMb: number | null): Promise<void> {
  const { syncs, worker, idleMb } = services;
  const syncId = await syncs.sync(await syncs.records(manyRows), targetIn(services, 'many'));
  await worker.resetPeak();
  const figures = await syncs.run(syncId);
  expectInserted(figures, manyRows);
  const peakMb = await worker.peakMb();
  table.row('1,000,000 records: delivery', manyRows / figures.seconds, 'rows/s');
  table.row('1,000,000 records: peak memory above idle', above(peakMb, idleMb), 'MB', {
    atMost: memoryGoalMb,
  });
  const growth = peakMb === null || fewPeakMb === null ? null : peakMb / fewPeakMb;
  table.row('peak memory at 1,000,000 records against 100,000', growth, '', { atMost: growthGoal });
}

const targetIn = ({ world, uri }: SyncServices, object: string) => ({
  kind: 'mongodb' as const,
  configuration: { database: world.stores.db.databaseName },
  secret: { uri },
  object,
});

const middle = (values: readonly number[]): number | null =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? null;

const above = (peakMb: number | null, idleMb: number | null): number | null =>
  peakMb === null || idleMb === null ? null : peakMb - idleMb;

function expectInserted({ run: { ledger } }: RunFigures, rows: number): void {
  if (ledger.inserted !== rows) throw new Error(`${ledger.inserted} rows were inserted, not ${rows}.`);
}
