// Alone: node --import tsx bench/deduplication.ts [records]; a minute with 100,000.
import { fileURLToPath } from 'node:url';
import { deduplicateSession } from '../activities/deduplication/deduplicate.ts';
import { fingerprintOf } from '../activities/structuring/canonical.ts';
import type { DeduplicationRule } from '../connectors/schema.ts';
import { partsOfNode } from '../domain/across.ts';
import { changeId } from '../stores/feed.ts';
import type { RecordDoc } from '../stores/model.ts';
import { openStores, type Stores } from '../stores/open.ts';
import { runId } from '../stores/structuring.ts';
import { analysisInput } from '../test/processing/analysis-input.ts';
import { connectionDoc } from '../test/stores/support.ts';
import { pagedDefinition } from '../test/support/paged-app.ts';
import { startTestServices } from '../tools/services.ts';
import { judge, type Labelled, labelledRecords } from './deduplication-rows.ts';
import { createTable, type Table } from './table.ts';

const goals = { seconds: 30, timesFaster: 10, precision: 0.99, recall: 0.9 };
const resource = 'orders';
const at = new Date('2026-01-01T00:00:00Z');
const rule: DeduplicationRule = {
  resource,
  match: [
    { fields: [{ field: 'email', as: 'email' }] },
    {
      fields: [
        { field: 'phone', as: 'phone', country: 'US' },
        { field: 'name', as: 'name' },
      ],
    },
    {
      fields: [
        { field: 'name', as: 'name' },
        { field: 'born', as: 'date' },
      ],
    },
  ],
  suggest: { name: { field: 'name', similarity: 0.85 }, most: 1_000 },
};

/** Deduplication of so many labelled records: the first pass, one over nothing new, one over a hundredth, and how right it is. */
export async function benchDeduplication(table: Table, count = 100_000): Promise<void> {
  const services = await startTestServices('memory', console.error, 3_000);
  try {
    const stores = await openStores({
      uri: services.env.TEST_MONGODB_URI ?? '',
      database: 'bench_deduplication',
    });
    try {
      await measure(table, stores, count);
      await measureTwo(table, stores, count);
    } finally {
      await stores.close();
    }
  } finally {
    await services.stop();
  }
}

async function measure(table: Table, stores: Stores, count: number): Promise<void> {
  const what = `deduplication of ${count.toLocaleString('en')} records`;
  const labelled = labelledRecords(count);
  await stores.connections.create(connectionDoc('bench', { deduplication: true }));
  const records = stores.records.of('bench', 1, resource);
  await records.putMany(labelled.map(recordOf));

  const first = await pass(stores, []);
  table.row(`${what}: first pass`, first.seconds, 's', { atMost: goals.seconds });
  table.row(`${what}: first pass, processor time without the store`, first.processorSecs, 's');
  table.row(`${what}: merged away`, first.merged, 'records');
  const again = await pass(stores, []);
  table.row(`${what}: nothing new`, again.seconds, 's');
  table.row(`${what}: faster than the first`, first.seconds / again.seconds, 'times', {
    atLeast: goals.timesFaster,
  });
  const some = await pass(
    stores,
    labelled.slice(0, Math.ceil(count / 100)).map(({ key }) => key),
  );
  table.row(`${what}: a hundredth changed`, some.seconds, 's');

  const groups: (readonly string[])[] = [];
  for await (const { keys } of stores.merges.of('bench', 1, resource).groups.stream()) groups.push(keys);
  const { precision, recall, pairs } = judge(labelled, groups);
  table.row(`${what}: pairs that are one`, pairs, '');
  table.row(`${what}: precision`, precision, '', { atLeast: goals.precision });
  table.row(`${what}: recall`, recall, '', { atLeast: goals.recall });
}

/** The same records in two connections of one company, which are compared with each other. */
async function measureTwo(table: Table, stores: Stores, count: number): Promise<void> {
  const what = `deduplication of two connections of ${(count / 2).toLocaleString('en')} records`;
  const labelled = labelledRecords(count);
  await stores.companies.ensure({ id: 'two', name: 'Two' });
  await stores.companies.compareConnections('two', true);
  const ids = ['two-a', 'two-b'];
  for (const [half, id] of ids.entries()) {
    await stores.connections.create(connectionDoc(id, { company: 'two', deduplication: true }));
    const own = labelled.filter((_, index) => index % 2 === half);
    await stores.records.of(id, 1, resource).putMany(own.map(recordOf));
  }
  let seconds = 0;
  for (const [turn, id] of ['two-a', 'two-b', 'two-a', 'two-b'].entries()) {
    const done = await pass(stores, [], id);
    table.row(`${what}: pass ${turn + 1}`, done.seconds, 's');
    seconds += done.seconds;
  }
  table.row(`${what}: until both are at rest`, seconds, 's');
  const again = await pass(stores, [], 'two-a');
  table.row(`${what}: nothing new`, again.seconds, 's');
  const groups: (readonly string[])[] = [];
  const across = stores.across.of('two', 'shop', resource);
  for await (const { nodes } of across.groups.stream())
    groups.push(nodes.map((node) => partsOfNode(node).key));
  const { precision, recall } = judge(labelled, groups);
  table.row(`${what}: left to be done`, await across.todos.count(), 'records', { atMost: 0 });
  table.row(`${what}: precision`, precision, '', { atLeast: goals.precision });
  table.row(`${what}: recall`, recall, '', { atLeast: goals.recall });
}

const recordOf = ({ key, data }: Labelled, index: number): RecordDoc => ({
  ...{ _id: key, data, fingerprint: fingerprintOf(data), cursor: String(data.updated_at) },
  ...{
    createdIn: 'bench.1',
    changedIn: 'bench.1',
    countedAt: [0, index],
    source: ['bench.1/orders/0', index],
  },
  ...{ versions: [], updatedAt: at },
});

/** One session that changed these records. */
async function pass(stores: Stores, updated: readonly string[], id = 'bench') {
  const connection = await stores.connections.get(id);
  if (connection === null) throw new Error('There is no connection.');
  const session = await stores.sessions.allocate({
    ...{ connection, runId: `bench-${connection.latestSession}`, openedBy: { kind: 'person', id: 'bench' } },
    ...{ scope: {}, resources: [resource], at },
  });
  const sessionId = session._id;
  const begin = { sessionId, connectionId: id, resource, recordsBefore: 0, definition: 'd', at };
  await stores.structuring.beginRun(begin);
  if (updated.length > 0)
    await stores.feed.putChange({ _id: changeId(sessionId, resource, 0), added: [], updated, deleted: [] });
  await stores.structuring.endRun(runId(sessionId, resource), 'COMPLETED', null, at);
  const definition = { ...pagedDefinition({ deduplication: true }), deduplication: [rule] };
  const ports = { stores, definition: () => definition };
  const { ports: all, ref, life } = analysisInput({ ports, session, connection, definition });
  const started = performance.now();
  const cpu = process.cpuUsage();
  const { merged } = await deduplicateSession(all, ref, life, async () => undefined);
  const { user, system } = process.cpuUsage(cpu);
  const seconds = (performance.now() - started) / 1_000;
  return { merged, seconds, processorSecs: (user + system) / 1_000_000 };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const table = createTable();
  await benchDeduplication(table, Number(process.argv[2] ?? 100_000));
  process.exitCode = table.missed().length > 0 ? 1 : 0;
}
