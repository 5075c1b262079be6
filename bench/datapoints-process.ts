// Reads the records of a connection, and makes its datapoints; prints the figures of both as JSON.
import { readFile, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { AnalysisInput } from '../activities/processing/analysis.ts';
import { lastDayAt } from '../activities/processing/datapoints/calendar.ts';
import { plansOf } from '../activities/processing/datapoints/plan.ts';
import { refreshDatapoints } from '../activities/processing/datapoints/refresh.ts';
import { projectionOf } from '../activities/processing/datapoints/rows.ts';
import { openStores } from '../stores/open.ts';
import { benchDefinition, type DatapointsFigures, resource } from './datapoints-scene.ts';

const { MONGODB_URI: uri = '', MONGODB_DATABASE: database = '', SESSION: sessionId = '' } = process.env;
const stores = await openStores({ uri, database });
const session = await stores.sessions.get(sessionId);
const connection = await stores.connections.get(session?.connectionId ?? '');
if (session === null || connection === null) throw new Error('There is no session to work on.');
const { metrics } = benchDefinition;
const [plan] = plansOf(metrics, { timeZone: connection.timeZone, lastDay: lastDayAt(new Date()) });
if (plan === undefined) throw new Error('The definition has no metrics.');
const all = stores.records.of(connection._id, connection.generation, resource);

async function memoryMb(field: 'VmRSS' | 'VmHWM'): Promise<number | null> {
  const text = await readFile('/proc/self/status', 'utf8').catch(() => '');
  const kilobytes = new RegExp(`${field}:\\s+(\\d+) kB`).exec(text)?.[1];
  return kilobytes === undefined ? null : Number(kilobytes) / 1024;
}

async function read(): Promise<number> {
  const began = performance.now();
  let count = 0;
  for await (const _record of all.stream(projectionOf(plan?.columns ?? { days: [], numbers: [], texts: [] })))
    count += 1;
  return count / ((performance.now() - began) / 1000);
}

const life = {
  signal: new AbortController().signal,
  progressed: () => undefined,
  waitedMs: 0,
  waited: () => undefined,
  stopIfAsked: async () => undefined,
};
const input: AnalysisInput = {
  ports: { stores, definition: () => benchDefinition } as unknown as AnalysisInput['ports'],
  ref: {
    sessionId,
    connectionId: connection._id,
    generation: connection.generation,
  } as AnalysisInput['ref'],
  ...{ session, connection, definition: benchDefinition, life },
};

await delay(1_000);
const idleMb = await memoryMb('VmRSS');
const first = await read();
await writeFile('/proc/self/clear_refs', '5').catch(() => undefined);
const began = performance.now();
const { touched } = await refreshDatapoints(input);
const records = await all.count();
const building = records / ((performance.now() - began) / 1000);
const peakMb = await memoryMb('VmHWM');
// What else the machine does falls on both.
const reading = (first + (await read())) / 2;
const figures: DatapointsFigures = { records, idleMb, peakMb, reading, building, series: touched.length };
console.log(JSON.stringify(figures));
await stores.close();
