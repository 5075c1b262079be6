import { createHash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ResourceDefinition } from '../../connectors/definition.ts';
import { TributaryError } from '../../domain/errors.ts';
import { changeId } from '../../stores/feed.ts';
import type { CheckpointDoc, RecordDoc } from '../../stores/model.ts';
import type { RecordsOfApp } from '../../stores/own-records.ts';
import type { Tombstones } from '../../stores/tombstones.ts';
import type { ResourceInput } from '../contracts.ts';
import type { Life } from '../life.ts';
import { compareTimes } from '../loading/plan.ts';
import { isStandIn } from '../loading/rows.ts';
import type { ActivityPorts } from '../ports.ts';
import { keyOf } from './key.ts';
import { isObservable } from './structure-batch.ts';

const keysPerWrite = 500;
/** Keys held at once; more are found by another look through the records. */
const keysPerPass = 50_000;
const keysPerTurn = 500;
/** Below so many records a large share of them may go. */
const fewRecords = 10;

export interface AbsentInput {
  readonly ports: Pick<ActivityPorts, 'stores'>;
  readonly input: ResourceInput;
  readonly life: Pick<Life, 'stopIfAsked'>;
  readonly resource: ResourceDefinition;
  readonly checkpoint: CheckpointDoc;
  readonly records: RecordsOfApp;
  readonly tombstones: Tombstones;
  /** Rows that were read, and records before the session. */
  readonly read: number;
  readonly recordsBefore: number;
  readonly allowRemovals: boolean;
}

/**
 * Whether what was read is all there is, so that what is not in it is gone: by the definition, of a full refresh, or
 * because the source says so.
 */
export const comparesAbsent = ({ deletes }: ResourceDefinition, { read, replaces }: CheckpointDoc): boolean =>
  (deletes?.kind === 'absent' && read.kind === 'full') ||
  (replaces === true && (read.kind === 'full' || read.kind === 'changes'));

/**
 * Removes the records whose keys a full refresh no longer has. For each 500 keys: tombstones with the records as they
 * were, the change document, then the records; the change documents are numbered after those of the batches, and by
 * them a repeated removal finishes and counts what was begun. Records from before the start of the history that is
 * read stay.
 * @returns how many records the session removed
 * @throws TributaryError REMOVAL_THRESHOLD, before anything is removed, when nothing at all was read, or more than half
 * of at least ten records would go.
 */
export async function removeAbsent(of: AbsentInput): Promise<number> {
  const { ports, input, life, checkpoint, records } = of;
  const { sessionId, resource } = input;
  const seen = await seenKeys(of);
  if (seen === null) return 0;
  let n = checkpoint.batches;
  let removed = 0;
  for (;;) {
    const begun = await ports.stores.feed.change(changeId(sessionId, resource, n));
    if (begun === null) break;
    await records.remove(begun.deleted);
    removed += begun.deleted.length;
    n += 1;
  }
  const isAbsent = ({ _id, cursor }: Pick<RecordDoc, '_id' | 'cursor'>): boolean =>
    !seen.has(_id) && isOfHistory(cursor, checkpoint.read.from);
  for (;;) {
    const absent = await find(of, isAbsent);
    if (removed === 0) check(of, absent.count);
    for (let start = 0; start < absent.keys.length; start += keysPerWrite, n += 1) {
      await life.stopIfAsked();
      removed += await removeSome(of, n, absent.keys.slice(start, start + keysPerWrite));
    }
    if (absent.keys.length === absent.count) return removed;
  }
}

const isOfHistory = (cursor: string | null, start: string | null): boolean =>
  start === null || (cursor !== null && compareTimes(cursor, start) >= 0);

function check({ read, recordsBefore, allowRemovals, input }: AbsentInput, absent: number): void {
  const many = recordsBefore >= fewRecords && absent > recordsBefore / 2;
  if (allowRemovals || absent === 0 || !(many || read === 0)) return;
  throw new TributaryError(
    'REMOVAL_THRESHOLD',
    `${absent} of ${recordsBefore} records of ${input.resource} are no longer at the app, which gave ${read} rows. Nothing was removed.`,
  );
}

async function find({ records, life }: AbsentInput, isAbsent: (record: RecordDoc) => boolean) {
  const keys: string[] = [];
  let count = 0;
  let looked = 0;
  for await (const record of records.stream({ cursor: 1 })) {
    looked += 1;
    if (looked % keysPerTurn === 0) await nextTurn();
    if (looked % (20 * keysPerTurn) === 0) await life.stopIfAsked();
    if (!isAbsent(record)) continue;
    count += 1;
    if (keys.length < keysPerPass) keys.push(record._id);
  }
  return { keys, count };
}

async function removeSome(
  { ports, input, records, tombstones }: AbsentInput,
  n: number,
  keys: readonly string[],
): Promise<number> {
  const { sessionId, resource } = input;
  const found = await records.getMany(keys);
  await tombstones.putMany(
    found.map((record) => ({
      _id: record._id,
      cursor: record.cursor,
      sessionId,
      countedAt: null,
      record: record.createdIn === sessionId ? null : record,
    })),
  );
  const deleted = found.map(({ _id }) => _id);
  const _id = changeId(sessionId, resource, n);
  const seen = await records.seen({ added: [], updated: [], deleted });
  await ports.stores.feed.putChange({ _id, ...seen });
  await records.remove(deleted);
  return deleted.length;
}

/**
 * The keys of all rows that were read, unfit ones too: they are at the app. They are taken from the batches again and not
 * kept while these are merged: a crash would lose them, and marking every record as seen would write each of them in
 * every refresh. Eight bytes a row, so that millions fit in memory: of 53 bits of a hash two of a million keys are
 * equal once in ten thousand refreshes, and then a record only stays for longer.
 * @returns null when it cannot be known: a row was too large to be kept, or could not be read, its key with it.
 */
async function seenKeys({ ports, input, life, resource, checkpoint }: AbsentInput) {
  const hashes = new Float64Array(checkpoint.rows);
  let count = 0;
  for (let number = 0; number < checkpoint.batches; number++) {
    await life.stopIfAsked();
    const batch = await ports.stores.loading.readBatch(input.sessionId, input.resource, number);
    if (batch === null)
      throw new TributaryError('MERGE_FAILED', `Batch ${number} of ${input.resource} is gone.`);
    for (const [index, row] of batch.rows.entries()) {
      if (index % keysPerTurn === 0) await nextTurn();
      if (!isObservable(row)) {
        if (isStandIn(row)) return null;
        continue;
      }
      const key = keyOf(row, resource.key);
      if (key === null) continue;
      hashes[count] = hashOf(key);
      count += 1;
    }
  }
  const sorted = hashes.subarray(0, count).sort();
  return { has: (key: string): boolean => includes(sorted, hashOf(key)) };
}

function hashOf(key: string): number {
  const digest = createHash('sha256').update(key).digest();
  return (digest.readUInt32BE(0) & 0x1fffff) * 2 ** 32 + digest.readUInt32BE(4);
}

function includes(sorted: Float64Array, value: number): boolean {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return sorted[low] === value;
}
