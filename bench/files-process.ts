// Loads one file as a worker does, from the source through the batcher into the store, and prints what it took.
// files-process.ts <folder> <name> <format>
import { readFile, writeFile } from 'node:fs/promises';
import { createBatcher, type FullBatch } from '../activities/loading/batcher.ts';
import { defaultLimits } from '../activities/ports.ts';
import { definitionSchema } from '../connectors/definition.ts';
import { createFileSource } from '../connectors/file/source.ts';
import { openStores } from '../stores/open.ts';

const [folder = '', name = '', format = ''] = process.argv.slice(2);
const definition = definitionSchema.parse({
  version: 1,
  id: 'bench-files',
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

/** In MB; null where the system does not tell. */
async function memoryMb(field: 'VmRSS' | 'VmHWM'): Promise<number | null> {
  const text = await readFile('/proc/self/status', 'utf8').catch(() => '');
  const kilobytes = new RegExp(`${field}:\\s+(\\d+) kB`).exec(text)?.[1];
  return kilobytes === undefined ? null : Number(kilobytes) / 1024;
}

const stores = await openStores({
  uri: process.env.MONGODB_URI ?? '',
  database: process.env.MONGODB_DATABASE ?? '',
});
const source = createFileSource(
  definition,
  {},
  {
    credentials: { authorization: async () => JSON.stringify({ location: folder }) },
    fetch,
    folders: [folder],
  },
);
const treat = {
  cursorOf: () => null,
  isOutside: () => false,
  filter: <T>(row: T): T => row,
  bookmarks: true,
};
const sessionId = `bench-${format}.1`;
let checkpoint = await stores.loading.begin({ sessionId, resource: 'rows', at: new Date() });

async function store(batch: FullBatch): Promise<void> {
  const { texts, bytes, filtered, cursor, total, last } = batch;
  await stores.loading.appendBatch({
    sessionId,
    resource: 'rows',
    number: checkpoint.batches,
    attempt: 1,
    rows: [],
    texts,
    bytes,
    filtered,
    next: { ...batch.next },
    cursor,
    total,
    last,
  });
  checkpoint = await stores.loading.advance(sessionId, 'rows', {
    batches: checkpoint.batches + 1,
    rows: checkpoint.rows + texts.length,
    bytes: checkpoint.bytes + bytes,
    next: { ...batch.next },
    cursor,
    total,
    done: last,
    at: new Date(),
  });
}

const idleMb = await memoryMb('VmRSS');
await writeFile('/proc/self/clear_refs', '5').catch(() => undefined);
const began = performance.now();
const batcher = createBatcher(defaultLimits, { from: null, skip: 0 }, treat);
let token = null as Parameters<typeof batcher.add>[1];
for await (const page of source.read({ resource: 'rows', signal: new AbortController().signal })) {
  for (const batch of batcher.add(page, token)) await store(batch);
  token = page.next;
}
const seconds = (performance.now() - began) / 1000;
const peakMb = await memoryMb('VmHWM');
console.log(JSON.stringify({ rows: checkpoint.rows, seconds, idleMb, peakMb }));
await stores.close();
