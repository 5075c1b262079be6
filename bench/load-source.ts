import { readFile, writeFile } from 'node:fs/promises';
import { createBatcher, type FullBatch, type LoadPosition } from '../activities/loading/batcher.ts';
import { defaultLimits } from '../activities/ports.ts';
import type { PageToken, Source } from '../connectors/source.ts';
import { openStores } from '../stores/open.ts';

/** What a source took from its first page to its last batch. */
export interface LoadedSource {
  readonly rows: number;
  readonly seconds: number;
  /** Memory of the process, in MB; null where the system does not tell. */
  readonly idleMb: number | null;
  readonly peakMb: number | null;
  /** The peak until 100,000 rows were stored: what it takes at its end, measured on the same process. */
  readonly earlyPeakMb: number | null;
}

const earlyRows = 100_000;

async function memoryMb(field: 'VmRSS' | 'VmHWM'): Promise<number | null> {
  const text = await readFile('/proc/self/status', 'utf8').catch(() => '');
  const kilobytes = new RegExp(`${field}:\\s+(\\d+) kB`).exec(text)?.[1];
  return kilobytes === undefined ? null : Number(kilobytes) / 1024;
}

/**
 * Loads a resource as a worker does, from the source through the batcher into the store that the environment names
 * (MONGODB_URI, MONGODB_DATABASE). For a process of its own: its memory is measured.
 */
export async function loadSource(source: Source, resource: string): Promise<LoadedSource> {
  const stores = await openStores({
    uri: process.env.MONGODB_URI ?? '',
    database: process.env.MONGODB_DATABASE ?? '',
  });
  const sessionId = `bench-${resource}.1`;
  let checkpoint = await stores.loading.begin({ sessionId, resource, at: new Date() });
  let earlyPeakMb: number | null = null;
  const store = async ({ texts, bytes, filtered, cursor, total, last, next }: FullBatch): Promise<void> => {
    const batch = { texts, bytes, filtered, next: { ...next }, cursor, total, last };
    const number = checkpoint.batches;
    await stores.loading.appendBatch({ sessionId, resource, number, attempt: 1, rows: [], ...batch });
    checkpoint = await stores.loading.advance(sessionId, resource, {
      batches: number + 1,
      rows: checkpoint.rows + texts.length,
      bytes: checkpoint.bytes + bytes,
      next: { ...next },
      cursor,
      total,
      done: last,
      at: new Date(),
    });
    if (earlyPeakMb === null && checkpoint.rows >= earlyRows) earlyPeakMb = await memoryMb('VmHWM');
  };
  const idleMb = await memoryMb('VmRSS');
  await writeFile('/proc/self/clear_refs', '5').catch(() => undefined);
  const began = performance.now();
  const start: LoadPosition = { from: null, skip: 0 };
  const batcher = createBatcher(defaultLimits, start, {
    cursorOf: () => null,
    isOutside: () => false,
    filter: (row) => row,
    bookmarks: true,
  });
  let token: PageToken | null = null;
  for await (const page of source.read({ resource, signal: new AbortController().signal })) {
    for (const batch of batcher.add(page, token)) await store(batch);
    token = page.next;
  }
  const seconds = (performance.now() - began) / 1000;
  const peakMb = await memoryMb('VmHWM');
  await stores.close();
  return { rows: checkpoint.rows, seconds, idleMb, peakMb, earlyPeakMb };
}
