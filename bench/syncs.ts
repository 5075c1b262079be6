import { benchAirtableSyncs } from './sync-airtable.ts';
import { rawSeconds } from './sync-raw.ts';
import type { RunFigures } from './sync-scene.ts';
import { type SyncServices, withSyncServices } from './sync-services.ts';
import type { Table } from './table.ts';

const fewRows = 100_000;
/** The store's usual heap is too small for all that it holds in memory here. */
const memoryHeapMb = 2_048;
const memoryGoalMb = 200;
const growthGoal = 1.1;
const secondRunGoal = 5;
/**
 * The least that a delivery may reach of a raw loop of bulk upserts, by where the store keeps its data; nobody is given
 * the library's file, so that one is only shown.
 */
const ratioGoals = { memory: { atLeast: 0.5 }, file: { atLeast: 0.75 }, library: undefined } as const;
/** Seconds of a delivery in the library's file, in those of one in ours. */
const fileGoal = 2;
/** The middle one counts: of so many, the first ones, which find programs that are not warm yet, hardly move it. */
const times = { memory: 9, file: 9, library: 5 } as const;
const storeNames = { memory: 'memory store', file: 'file store', library: "library's file store" } as const;

export interface SyncBenchOptions {
  /** So many records too, on the file store; a million take some minutes more. */
  readonly many: number | null;
}

/** Deliveries to MongoDB in each kind of store, and to a stand-in for Airtable with the real limits. */
export async function benchSyncs(table: Table, { many }: SyncBenchOptions): Promise<void> {
  table.row('heap of the memory store', memoryHeapMb, 'MB');
  await withSyncServices(
    'memory',
    ['default'],
    async (services) => void (await benchMongodb(services, table)),
    memoryHeapMb,
  );
  let ours: number | null = null;
  await withSyncServices('file', ['default'], async (services) => {
    const { seconds, peakMb } = await benchMongodb(services, table);
    ours = seconds;
    if (many !== null) await benchManyRows(services, table, many, peakMb);
  });
  await withSyncServices('library', ['default'], async (services) => {
    const { seconds } = await benchMongodb(services, table);
    const faster = seconds === null || ours === null ? null : seconds / ours;
    table.row("delivery, seconds in the library's file in those in ours", faster, '', { atLeast: fileGoal });
  });
  for (const pools of [['default'], ['default', 'second']] as const)
    await withSyncServices('memory', [...pools], (services) => benchAirtableSyncs(services, pools, table));
}

/**
 * The whole run, from its start to its end, against a raw loop in the same store. One after the other, several times:
 * what else the machine does falls on both.
 * @returns seconds of a delivery, and the peak memory of the worker in MB
 */
async function benchMongodb(
  services: SyncServices,
  table: Table,
): Promise<{ readonly seconds: number | null; readonly peakMb: number | null }> {
  const { world, syncs, worker, kind } = services;
  const { idleMb } = worker;
  const { db, syncRecords } = world.stores;
  const name = storeNames[kind];
  const connection = await syncs.records(fewRows);
  const seconds: number[] = [];
  const ratios: number[] = [];
  const secondRatios: number[] = [];
  await worker.resetPeak();
  for (let time = 0; time < times[kind]; time++) {
    const raw = await rawSeconds(db, fewRows);
    const object = `delivered-${time}`;
    const syncId = await syncs.sync(connection, targetIn(services, object));
    const first = await syncs.run(syncId);
    expectInserted(first, fewRows);
    const second = await syncs.run(syncId);
    seconds.push(first.seconds);
    ratios.push(raw / first.seconds);
    secondRatios.push(first.seconds / second.seconds);
    table.row(`${name}: raw loop of bulk upserts`, fewRows / raw, 'rows/s');
    table.row(`${name}: delivery, staging included`, fewRows / first.seconds, 'rows/s');
    table.row(`${name}: of that staging`, first.stagingSeconds, 's');
    await Promise.all([db.collection(object).drop(), syncRecords.of(syncId).purge()]);
  }
  table.row(`${name}: delivery against the raw loop`, middle(ratios), '', ratioGoals[kind]);
  table.row(`${name}: first run, in runs without changes`, middle(secondRatios), '', {
    atLeast: secondRunGoal,
  });
  const peakMb = await worker.peakMb();
  table.row(`${name}: delivering, peak memory above idle`, above(peakMb, idleMb), 'MB', {
    atMost: memoryGoalMb,
  });
  return { seconds: middle(seconds), peakMb };
}

/** Only the file store can hold so many, with its usual heap. */
async function benchManyRows(
  services: SyncServices,
  table: Table,
  rows: number,
  fewPeakMb: number | null,
): Promise<void> {
  const { syncs, worker } = services;
  const { idleMb } = worker;
  const name = `${rows.toLocaleString('en')} records`;
  const syncId = await syncs.sync(await syncs.records(rows), targetIn(services, 'many'));
  await worker.resetPeak();
  const figures = await syncs.run(syncId);
  expectInserted(figures, rows);
  const peakMb = await worker.peakMb();
  table.row(`${name}: delivery`, rows / figures.seconds, 'rows/s');
  table.row(`${name}: peak memory above idle`, above(peakMb, idleMb), 'MB', {
    atMost: memoryGoalMb,
  });
  const growth = peakMb === null || fewPeakMb === null ? null : peakMb / fewPeakMb;
  table.row(`${name}: peak memory, in peaks of 100,000`, growth, '', { atMost: growthGoal });
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
