import { sessionIdOf } from '../../domain/contracts.ts';
import { syncRunIdOf } from '../../domain/sync-contracts.ts';
import { chunksOf } from '../../stores/commands.ts';
import { changeId } from '../../stores/feed.ts';
import type { RecordDoc, RetryLists, SyncStaging } from '../../stores/model.ts';
import { retryId } from '../../stores/sync-records.ts';
import type { ActivityPorts } from '../ports.ts';
import { fingerprintOf, textFingerprint } from '../structuring/canonical.ts';
import { compileFilter, compileMapping } from './mapping/compile.ts';
import { compileKey, type OpenRun } from './open.ts';
import type { Wanted } from './plan.ts';

/** A key with what the run wants of it. */
export interface WantedKey {
  readonly key: string;
  readonly wanted: Wanted;
}

const keysPerRead = 500;
const longestKeyBytes = 512;

/** Keys come by as many at a time as one read gives: one by one they would cost more than what is done with them. */
export type WantedKeys = AsyncGenerator<readonly WantedKey[]>;

/** Makes what is wanted of a record: the fields that the mapping gives, if the model has it. */
export function wanting({ sync }: OpenRun): (record: Pick<RecordDoc, '_id' | 'data'>) => Wanted {
  const filter = compileFilter(sync.model);
  const map = compileMapping(sync.mapping, sync.keyField);
  const keyOf = compileKey(sync);
  // The fields of a row always come in the order of the mapping; those of an object in it, as the app sent them.
  const mayHoldObjects = sync.mapping.some(({ type }) => type === 'json');
  return (record) => {
    const { _id: key, data } = record;
    if (!filter(data)) return null;
    if (Buffer.byteLength(key) > longestKeyBytes)
      return faultOf(record, 'KEY_TOO_LONG', `The key has more than ${longestKeyBytes} bytes.`);
    const named = keyOf(key);
    if ('why' in named) return faultOf(record, 'KEY_DOES_NOT_FIT', named.why);
    const mapped = map(data);
    if ('fault' in mapped) return faultOf(record, mapped.fault.code, mapped.fault.message);
    const fields = JSON.stringify(mapped.fields);
    return { fields, fingerprint: mayHoldObjects ? fingerprintOf(mapped.fields) : textFingerprint(fields) };
  };
}

/** The fingerprint is that of the whole record, which is made anew: few need it, and reading all of them costs more. */
const faultOf = ({ data }: Pick<RecordDoc, 'data'>, code: string, message: string): Wanted => ({
  fault: { code, message },
  fingerprint: `!${fingerprintOf(data)}`,
});

/** Every record after a key, in the order of the keys. */
export function wantedRecords(work: OpenRun, after: string | null): WantedKeys {
  const want = wanting(work);
  return work.records.mapped((record) => ({ key: record._id, wanted: want(record) }), { data: 1 }, after);
}

/** Keys that the sync knows and the records no longer have, in the order of the keys. */
export async function* goneKeys({ rows, records }: OpenRun, after: string | null): WantedKeys {
  for await (const keys of rows.keys(after)) {
    const there = new Set((await records.getMany(keys, { _id: 1 })).map(({ _id }) => _id));
    yield keys.filter((key) => !there.has(key)).map((key) => ({ key, wanted: null }));
  }
}

/** The records of keys as they are now, in the order of the keys. */
export async function* wantedKeys(
  work: OpenRun,
  keys: AsyncIterable<readonly string[]> | Iterable<readonly string[]>,
): WantedKeys {
  const want = wanting(work);
  for await (const some of keys)
    for (const part of chunksOf(some, keysPerRead)) {
      const records = await work.records.getMany(part, { data: 1 });
      const found = new Map(records.map((record) => [record._id, record]));
      yield part.map((key) => {
        const record = found.get(key);
        return { key, wanted: record === undefined ? null : want(record) };
      });
    }
}

/** More keys than this are not held in memory: every record is looked at instead. */
const mostChanges = 100_000;

/** Change documents that the run has to look at; null when there are too many. */
export async function changesToRead(
  { stores }: ActivityPorts,
  { sync, connection }: OpenRun,
  upTo: number,
): Promise<readonly string[] | null> {
  const ids: string[] = [];
  let keys = 0;
  for (let number = (sync.staged?.sealed ?? 0) + 1; number <= upTo; number += keysPerRead) {
    const count = Math.min(keysPerRead, upTo - number + 1);
    const sessions = Array.from({ length: count }, (_, index) => sessionIdOf(connection._id, number + index));
    for (const { parts } of await stores.feed.getMany(sessions))
      for (const { sessionId, resource, changes } of parts) {
        if (resource !== sync.model.resource) continue;
        for (let n = 0; n < changes; n++) ids.push(changeId(sessionId, resource, n));
      }
  }
  for (const id of ids) {
    const doc = await stores.feed.change(id);
    keys += (doc?.added.length ?? 0) + (doc?.updated.length ?? 0) + (doc?.deleted.length ?? 0);
    if (keys > mostChanges) return null;
  }
  return ids;
}

/**
 * Each key once: rows to be tried again first, then what changed. Always the same order for the same run.
 * @param skip So many of them were looked at already
 */
export async function* changedKeys(
  { stores }: ActivityPorts,
  { sync, rows }: OpenRun,
  retry: readonly RetryLists[],
  changes: readonly string[],
  skip: number,
): AsyncGenerator<readonly string[]> {
  const seen = new Set<string>();
  const fresh = (key: string): boolean => {
    if (seen.has(key)) return false;
    seen.add(key);
    return seen.size > skip;
  };
  for (const { run, lists } of retry)
    for (let n = 0; n < lists; n++)
      yield ((await rows.retry(syncRunIdOf(sync._id, run), n))?.keys ?? []).filter(fresh);
  for (const id of changes) {
    const doc = await stores.feed.change(id);
    if (doc !== null) yield [...doc.added, ...doc.updated, ...doc.deleted].filter(fresh);
  }
}

/** Id of the next retry list of a run. */
export const nextRetry = ({ run }: Pick<OpenRun, 'run'>, number: number): string => retryId(run._id, number);

/** The retry lists that a sync has now. */
export const retriesNow = ({ sync, rows }: OpenRun): Promise<RetryLists[]> =>
  Promise.all(
    (sync.staged?.retry ?? []).map(async (run) => ({
      run,
      lists: await rows.countRetries(syncRunIdOf(sync._id, run)),
    })),
  );

/** Where staging begins. */
export const firstPlace = ({
  how,
  upTo,
  retry,
}: Pick<SyncStaging, 'how' | 'upTo' | 'retry'>): SyncStaging => ({
  how,
  phase: 'records',
  upTo,
  after: null,
  keys: 0,
  lists: 0,
  rows: 0,
  retry,
});
