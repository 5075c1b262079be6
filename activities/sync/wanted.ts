import { sessionIdOf } from '../../domain/contracts.ts';
import { changeId } from '../../stores/feed.ts';
import type { RecordDoc, SyncStaging } from '../../stores/model.ts';
import { retryId } from '../../stores/sync-records.ts';
import type { ActivityPorts } from '../ports.ts';
import { fingerprintOf } from '../structuring/canonical.ts';
import { compileFilter, compileMapping } from './mapping/compile.ts';
import { keyFieldsOf, type OpenRun } from './open.ts';
import type { Wanted } from './plan.ts';

/** A key with what the run wants of it. */
export interface WantedKey {
  readonly key: string;
  readonly wanted: Wanted;
}

const keysPerRead = 500;
const longestKeyBytes = 512;

/** Makes what is wanted of a record: the fields that the mapping gives, if the model has it. */
export function wanting({ sync }: OpenRun): (record: RecordDoc) => Wanted {
  const filter = compileFilter(sync.model);
  const map = compileMapping(sync.mapping, sync.keyField);
  return ({ _id: key, data, fingerprint }) => {
    if (!filter(data)) return null;
    const fault = (code: string, message: string): Wanted => ({
      fault: { code, message },
      fingerprint: `!${fingerprint}`,
    });
    if (Buffer.byteLength(key) > longestKeyBytes)
      return fault('KEY_TOO_LONG', `The key has more than ${longestKeyBytes} bytes.`);
    const named = keyFieldsOf(key, sync);
    if ('why' in named) return fault('KEY_DOES_NOT_FIT', named.why);
    const mapped = map(data);
    if ('fault' in mapped) return fault(mapped.fault.code, mapped.fault.message);
    const { fields } = mapped;
    return { fields: JSON.stringify(fields), fingerprint: fingerprintOf(fields) };
  };
}

/** Every record after a key, in the order of the keys. */
export async function* wantedRecords(work: OpenRun, after: string | null): AsyncGenerator<WantedKey> {
  const want = wanting(work);
  for await (const record of work.records.stream({ data: 1, fingerprint: 1 }, after))
    yield { key: record._id, wanted: want(record) };
}

/** Keys that the sync knows and the records no longer have, in the order of the keys. */
export async function* goneKeys({ rows, records }: OpenRun, after: string | null): AsyncGenerator<WantedKey> {
  let keys: string[] = [];
  const gone = async (): Promise<WantedKey[]> => {
    const there = new Set((await records.getMany(keys)).map(({ _id }) => _id));
    const left = keys.filter((key) => !there.has(key)).map((key) => ({ key, wanted: null }));
    keys = [];
    return left;
  };
  for await (const { _id } of rows.stream({ _id: 1 }, after)) {
    keys.push(_id);
    if (keys.length === keysPerRead) yield* await gone();
  }
  yield* await gone();
}

/** The records of keys as they are now, in the order of the keys. */
export async function* wantedKeys(
  work: OpenRun,
  keys: AsyncIterable<string> | Iterable<string>,
): AsyncGenerator<WantedKey> {
  const want = wanting(work);
  let part: string[] = [];
  const look = async (): Promise<WantedKey[]> => {
    const found = new Map((await work.records.getMany(part)).map((record) => [record._id, record]));
    const looked = part.map((key) => {
      const record = found.get(key);
      return { key, wanted: record === undefined ? null : want(record) };
    });
    part = [];
    return looked;
  };
  for await (const key of keys) {
    part.push(key);
    if (part.length === keysPerRead) yield* await look();
  }
  yield* await look();
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

/** Each key once: rows to be tried again first, then what changed. Always the same order for the same run. */
export async function* changedKeys(
  { stores }: ActivityPorts,
  { sync, rows }: OpenRun,
  changes: readonly string[],
): AsyncGenerator<string> {
  const seen = new Set<string>();
  const fresh = (key: string): boolean => !seen.has(key) && seen.add(key) !== undefined;
  for (const number of sync.staged?.retry ?? [])
    for (let n = 0; ; n++) {
      const list = await rows.retry(`${sync._id}.${number}`, n);
      if (list === null) break;
      yield* list.keys.filter(fresh);
    }
  for (const id of changes) {
    const doc = await stores.feed.change(id);
    if (doc !== null) yield* [...doc.added, ...doc.updated, ...doc.deleted].filter(fresh);
  }
}

/** Id of the next retry list of a run. */
export const nextRetry = ({ run }: Pick<OpenRun, 'run'>, number: number): string => retryId(run._id, number);

/** Where staging begins. */
export const firstPlace = (how: SyncStaging['how'], upTo: number): SyncStaging => ({
  how,
  phase: 'records',
  upTo,
  after: null,
  keys: 0,
  lists: 0,
  rows: 0,
});
