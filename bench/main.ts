// npm run bench [-- forecasting | datapoints | sessions | syncs | files | taps | airbyte] [-- --million]: figures measured in this run; exit 1 when a goal is missed.
// Forecasting takes a minute, datapoints some minutes, sessions two to five, syncs five; --million delivers a million records besides.
import { parseArgs } from 'node:util';
import { pagedDefinition, startPagedApp } from '../test/support/paged-app.ts';
import { startWorld, type World } from '../test/support/world.ts';
import { startTestServices } from '../tools/services.ts';
import { benchAirbyte } from './airbyte.ts';
import { startBenchChild } from './child.ts';
import { benchDatapoints } from './datapoints.ts';
import { benchDeduplication } from './deduplication.ts';
import { benchFiles } from './files.ts';
import { benchForecasting } from './forecasting.ts';
import { eventsGoal, payloadGoalBytes } from './history.ts';
import { benchLoading, loadingDefinitions } from './loading.ts';
import { rawRowsPerSecond } from './raw.ts';
import { rowsByResource } from './rows.ts';
import { createBenchSessions } from './sessions.ts';
import { benchSyncs } from './syncs.ts';
import { createTable, type Table } from './table.ts';
import { benchTaps } from './taps.ts';
import { benchWebhooks } from './webhooks.ts';
import { startBenchWorker } from './worker.ts';

const memoryGoalMb = 200;
const smallGoalSecs = 5;
/** The store holds 100,000 rows twice, as records and in the raw loop: more than its usual heap takes. */
const sessionsHeapMb = 1_024;
const sizes = [
  { resources: 1, rows: 1_000 },
  { resources: 10, rows: 1_000 },
  { resources: 1, rows: 100_000 },
  { resources: 10, rows: 100_000 },
];

const namesOf = (count: number) => Array.from({ length: count }, (_, index) => `resource-${index + 1}`);
const definitions = new Map(
  [1, 10].map((count) => [count, pagedDefinition({ id: `bench-${count}`, resources: namesOf(count) })]),
);
const small = pagedDefinition({ id: 'bench-small', deduplication: true });

async function measure(world: World, table: Table): Promise<void> {
  const sessions = createBenchSessions(world);
  const worker = await startBenchWorker({
    world,
    keys: sessions.keys,
    definitions: [small, ...definitions.values(), ...loadingDefinitions],
  });
  try {
    const { idleMb } = worker;
    table.row('memory of the worker, idle', idleMb, 'MB');

    const app = await startPagedApp({ resources: { orders: rowsByResource(['orders'], 100).orders ?? [] } });
    const seconds: number[] = [];
    for (let time = 0; time < 3; time++) seconds.push(await sessions.small(small, app.url));
    await app.stop();
    table.row('small session, credentials to Synced', seconds.sort()[1] ?? null, 's', {
      atMost: smallGoalSecs,
    });

    const source = await startBenchChild('source-process.ts');
    const { db } = world.stores;
    await benchLoading({ db, source: source.url, sessions, worker, table });
    await source.stop();

    let fastest = 0;
    for (const { resources, rows } of sizes) {
      const definition = definitions.get(resources);
      if (definition === undefined) continue;
      const names = namesOf(resources);
      const source = await startPagedApp<string>({ resources: rowsByResource(names, rows), pageSize: 1_000 });
      await worker.resetPeak();
      const figures = await sessions.pass(definition, source.url);
      const peakMb = await worker.peakMb();
      const what = `${rows} rows, ${resources} resource${resources === 1 ? '' : 's'}`;
      if (figures.rows !== rows) throw new Error(`${what}: ${figures.rows} were inserted.`);
      table.row(`${what}: events`, figures.events, '', { atMost: eventsGoal(resources) });
      table.row(`${what}: greatest payload`, figures.greatestPayloadBytes, 'bytes', {
        atMost: payloadGoalBytes,
      });
      table.row(`${what}: to Synced`, figures.seconds, 's');
      if (rows === 100_000) {
        const aboveMb = peakMb === null || idleMb === null ? null : peakMb - idleMb;
        table.row(`${what}: peak memory above idle`, aboveMb, 'MB', { atMost: memoryGoalMb });
        table.row(`${what}: loading and structuring`, figures.rowsPerSecond, 'rows/s');
        fastest ||= figures.rowsPerSecond;
        if (resources === 1) {
          const raw = await rawRowsPerSecond(world.stores.db, source.url, names[0] ?? '');
          table.row('fetch and upsert with nothing else', raw, 'rows/s');
          table.row('Tributary against that', fastest / raw, '');
        }
      }
      await source.stop();
      await sessions.forget(names);
    }
  } finally {
    await worker.stop();
  }
}

async function benchAllSessions(table: Table): Promise<void> {
  const services = await startTestServices('memory', console.error, sessionsHeapMb);
  try {
    Object.assign(process.env, services.env);
    const world = await startWorld();
    try {
      await Promise.all([world.stopWorker(), world.stopPool()]);
      await benchWebhooks(world, table);
      await measure(world, table);
    } finally {
      await world.stop();
    }
  } finally {
    await services.stop();
  }
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { million: { type: 'boolean', default: false } },
  });
  const wanted = (part: string): boolean => positionals.length === 0 || positionals.includes(part);
  const table = createTable();
  if (wanted('forecasting')) await benchForecasting(table);
  if (wanted('datapoints')) await benchDatapoints(table);
  if (wanted('deduplication')) await benchDeduplication(table);
  if (wanted('sessions')) await benchAllSessions(table);
  if (wanted('syncs')) await benchSyncs(table, { many: values.million ? 1_000_000 : null });
  if (wanted('files')) await benchFiles(table);
  if (wanted('taps')) await benchTaps(table);
  if (wanted('airbyte')) await benchAirbyte(table);
  const missed = table.missed();
  if (missed.length > 0) console.error(`\nGoals missed:\n${missed.map((name) => `  ${name}`).join('\n')}`);
  return missed.length > 0 ? 1 : 0;
}

process.exitCode = await main();
