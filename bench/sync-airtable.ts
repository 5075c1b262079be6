import type { FieldType } from '../domain/delivery.ts';
import { startAirtable } from '../test/support/airtable/index.ts';
import { syncMapping } from './sync-scene.ts';
import type { SyncServices } from './sync-services.ts';
import type { Table } from './table.ts';

/** What Airtable allows: 5 requests of 10 rows a second. */
const mostPerSecond = 50;
const rowsPerRequest = 10;
const windowSecs = 60;
const ratioGoal = 0.95;
/** A little more than the limit lets through in the time, so that there is always something to send. */
const rowsInAll = mostPerSecond * (windowSecs + 1);

const cellTypes: Partial<Record<FieldType, string>> = { number: 'number' };

/** As the stand-in's tables need them. */
const fields = syncMapping.map(({ to, type }) => ({
  name: to,
  type: cellTypes[type] ?? 'singleLineText',
  ...(type === 'number' ? { options: { precision: 8 } } : {}),
}));

/** Delivers to a stand-in for Airtable with the real limits for a minute; each pool has a worker and a sync. */
export async function benchAirtableSyncs(
  { syncs }: SyncServices,
  pools: readonly string[],
  table: Table,
): Promise<void> {
  const name = `Airtable, ${pools.length} worker${pools.length === 1 ? '' : 's'}`;
  const server = await startAirtable();
  try {
    const base = server.addBase();
    const secret = { token: server.token() };
    const configuration = { base: base.id, endpointUrl: server.url };
    const made: string[] = [];
    for (const pool of pools) {
      base.addTable(pool, fields);
      const connection = await syncs.records(Math.ceil(rowsInAll / pools.length), pool);
      made.push(await syncs.sync(connection, { kind: 'airtable', configuration, secret, object: pool }));
    }
    await Promise.all(made.map((syncId) => syncs.run(syncId)));
    const first = server.seen.findIndex(({ method }) => method === 'PATCH');
    const sent = server.seen.slice(first).filter(({ method }) => method === 'PATCH');
    const from = sent[0]?.at ?? 0;
    const within = sent.filter(({ at, status }) => status === 200 && at < from + windowSecs * 1000);
    const perSecond = (within.length * rowsPerRequest) / windowSecs;
    table.row(`${name}: rows in ${windowSecs} s`, perSecond, 'rows/s', {
      atLeast: ratioGoal * mostPerSecond,
    });
    const refused = server.seen.filter(({ status }) => status === 429).length;
    table.row(`${name}: requests too many`, refused, '', { atMost: 0 });
  } finally {
    await server.stop();
  }
}
