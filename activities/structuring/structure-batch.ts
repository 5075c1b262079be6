import { setImmediate as nextTurn } from 'node:timers/promises';
import { compareCursors, laterCursor } from '../../domain/cursor.ts';
import type { JsonObject, JsonValue } from '../../domain/json.ts';
import { emptyLedger, type Ledger } from '../../domain/ledger.ts';
import type { BatchDoc, QuarantineDoc, RecordDoc, TombstoneDoc } from '../../stores/model.ts';
import type { RecordsOfApp } from '../../stores/own-records.ts';
import type { Quarantine } from '../../stores/records.ts';
import type { Tombstones } from '../../stores/tombstones.ts';
import { isStandIn } from '../loading/rows.ts';
import { compareSources, type Replayed, sourceOf } from '../quarantine/origin.ts';
import type { Observer } from './drift.ts';
import { mergeKey, supersedes } from './merge.ts';
import type { DeletedRow, FitRow, Shape } from './shape.ts';
import { mergeTombstone } from './tombstone.ts';

/** Rows judged in one turn of the event loop: well under 50 ms. */
const rowsPerTurn = 250;
const keysPerRead = 500;

export interface BatchPorts {
  readonly records: Pick<RecordsOfApp, 'getMany' | 'putMany' | 'remove'>;
  readonly quarantine: Quarantine;
  /** Only of a resource whose rows tell deletions: looked into for every key. */
  readonly tombstones?: Tombstones | undefined;
  readonly shape: Shape;
  /** Told every row that is an object of some size, tombstones left out. */
  readonly observer?: Pick<Observer, 'add'>;
  /** Of a replay: what was read since. Its unfit rows are in quarantine already, and stay as they are. */
  readonly replay?: Omit<Replayed, 'origins'> | undefined;
}

/** What one batch did to the records. */
export interface BatchOutcome {
  /** Without recordsBefore and recordsAfter, which are the resource's. */
  readonly ledger: Ledger;
  readonly added: readonly string[];
  readonly updated: readonly string[];
  readonly deleted: readonly string[];
  readonly nulls: Readonly<Record<string, number>>;
  readonly newest: string | null;
}

type Winner = { readonly row: FitRow | DeletedRow; readonly index: number; readonly rows: number };

interface Judged {
  /** By key: the row that is merged, and how many rows the key has in the batch. */
  readonly winners: ReadonlyMap<string, Winner>;
  readonly unfit: readonly QuarantineDoc[];
  readonly nulls: Readonly<Record<string, number>>;
  readonly newest: string | null;
}

/**
 * Structures one stored batch and merges it into the records; unfit rows go to quarantine under the id of their
 * place. May be repeated at any point with the same counts.
 */
export async function structureBatch(
  ports: BatchPorts,
  sessionId: string,
  number: number,
  batch: BatchDoc,
): Promise<BatchOutcome> {
  const { records, quarantine, tombstones } = ports;
  const at = new Date();
  const { winners, unfit, nulls, newest } = await judge(ports, sessionId, batch, at);
  const replayed = ports.replay === undefined ? undefined : { ...ports.replay, origins: batch.origins ?? [] };
  if (unfit.length > 0 && replayed === undefined) await quarantine.putMany(unfit);

  const counts = { inserted: 0, updated: 0, unchanged: 0, duplicate: 0, tombstoned: 0, filtered: 0 };
  const changed = { added: [] as string[], updated: [] as string[], deleted: [] as string[] };
  const context = { sessionId, batchId: batch._id, batch: number, at, replayed };
  const keys = [...winners.keys()];
  for (let start = 0; start < keys.length; start += keysPerRead) {
    const part = keys.slice(start, start + keysPerRead);
    const stored = new Map((await records.getMany(part)).map((record) => [record._id, record]));
    const gone = new Map(((await tombstones?.getMany(part)) ?? []).map((one) => [one._id, one]));
    const writes: RecordDoc[] = [];
    const buried: TombstoneDoc[] = [];
    const removed: string[] = [];
    for (const key of part) {
      const winner = winners.get(key);
      if (winner === undefined) continue;
      const { row, index, rows } = winner;
      counts.duplicate += rows - 1;
      if (row.deleted) {
        const merged = mergeTombstone(stored.get(key), gone.get(key), row, index, context);
        counts[merged.outcome] += 1;
        if (merged.outcome === 'tombstoned') changed.deleted.push(key);
        if (merged.tombstone !== undefined) buried.push(merged.tombstone);
        if (merged.remove) removed.push(key);
        continue;
      }
      const { outcome, write } = mergeKey(stored.get(key), row, index, context, gone.get(key));
      counts[outcome] += 1;
      if (outcome === 'inserted') changed.added.push(key);
      if (outcome === 'updated') changed.updated.push(key);
      if (write !== undefined) writes.push(write);
    }
    if (writes.length > 0) await records.putMany(writes);
    // Before the records go: without its tombstone a repeated merge could not tell what it has removed.
    if (buried.length > 0) await tombstones?.putMany(buried);
    if (removed.length > 0) await records.remove(removed);
  }
  const { filtered = 0 } = batch;
  const ledger = {
    ...emptyLedger,
    ...counts,
    read: batch.rows.length + filtered,
    filtered: counts.filtered + filtered,
    quarantined: unfit.length,
  };
  return { ledger, ...changed, nulls, newest };
}

async function judge(
  { shape, observer }: BatchPorts,
  sessionId: string,
  batch: BatchDoc,
  at: Date,
): Promise<Judged> {
  const winners = new Map<string, Winner>();
  const unfit: QuarantineDoc[] = [];
  const nulls: Record<string, number> = {};
  let newest: string | null = null;
  for (const [index, raw] of batch.rows.entries()) {
    if (index % rowsPerTurn === rowsPerTurn - 1) await nextTurn();
    const row = shape(raw);
    const deleted = row.fits && row.deleted;
    if (observer !== undefined && !deleted && isObservable(raw)) observer.add(raw);
    if (!row.fits) {
      const { key, reason, message } = row;
      unfit.push({ _id: `${batch._id}/${index}`, sessionId, key, reason, message, payload: raw, at });
      continue;
    }
    if (!row.deleted)
      for (const [field, value] of Object.entries(row.data))
        if (value === null) nulls[field] = (nulls[field] ?? 0) + 1;
    newest = laterCursor(newest, row.fresh);
    const earlier = winners.get(row.key);
    const rows = (earlier?.rows ?? 0) + 1;
    winners.set(
      row.key,
      earlier === undefined || replaces({ row, index }, earlier, batch.origins)
        ? { row, index, rows }
        : { ...earlier, rows },
    );
  }
  return { winners, unfit, nulls, newest };
}

/** Of two rows of one key, the later one first; replayed rows do not come in the order in which they were read. */
function replaces(
  later: Pick<Winner, 'row' | 'index'>,
  earlier: Pick<Winner, 'row' | 'index'>,
  origins: readonly string[] | undefined,
): boolean {
  const tie = compareCursors(later.row.cursor, earlier.row.cursor) === 0;
  if (origins === undefined || !tie) return supersedes(later.row, earlier.row);
  const [one = '', other = ''] = [origins[later.index], origins[earlier.index]];
  return compareSources(sourceOf(one), sourceOf(other)) >= 0;
}

/** Whether the fields of a row say what the resource looks like. */
export const isObservable = (row: JsonValue): row is JsonObject =>
  typeof row === 'object' && row !== null && !Array.isArray(row) && !isStandIn(row);
