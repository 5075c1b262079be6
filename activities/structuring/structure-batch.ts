import { setImmediate as nextTurn } from 'node:timers/promises';
import { laterCursor } from '../../domain/cursor.ts';
import { emptyLedger, type Ledger } from '../../domain/ledger.ts';
import type { BatchDoc, QuarantineDoc, RecordDoc } from '../../stores/model.ts';
import type { Quarantine, Records } from '../../stores/records.ts';
import { mergeKey, supersedes } from './merge.ts';
import type { FitRow, Shape } from './shape.ts';

/** Rows judged in one turn of the event loop: well under 50 ms. */
const rowsPerTurn = 250;
const keysPerRead = 500;

export interface BatchPorts {
  readonly records: Records;
  readonly quarantine: Quarantine;
  readonly shape: Shape;
}

/** What one batch did to the records. */
export interface BatchOutcome {
  /** Without recordsBefore and recordsAfter, which are the resource's. */
  readonly ledger: Ledger;
  readonly added: readonly string[];
  readonly updated: readonly string[];
  readonly nulls: Readonly<Record<string, number>>;
  readonly newest: string | null;
}

type Winner = { readonly row: FitRow; readonly index: number; readonly rows: number };

/**
 * Structures one stored batch and merges it into the records; unfit rows go to quarantine under the id of their
 * place. May be repeated at any point with the same counts.
 */
export async function structureBatch(
  { records, quarantine, shape }: BatchPorts,
  sessionId: string,
  number: number,
  batch: BatchDoc,
): Promise<BatchOutcome> {
  const at = new Date();
  const winners = new Map<string, Winner>();
  const unfit: QuarantineDoc[] = [];
  const nulls: Record<string, number> = {};
  let newest: string | null = null;
  for (const [index, raw] of batch.rows.entries()) {
    if (index % rowsPerTurn === rowsPerTurn - 1) await nextTurn();
    const row = shape(raw);
    if (!row.fits) {
      const { key, reason, message } = row;
      unfit.push({ _id: `${batch._id}/${index}`, sessionId, key, reason, message, payload: raw, at });
      continue;
    }
    for (const [field, value] of Object.entries(row.data))
      if (value === null) nulls[field] = (nulls[field] ?? 0) + 1;
    newest = laterCursor(newest, row.fresh);
    const earlier = winners.get(row.key);
    const rows = (earlier?.rows ?? 0) + 1;
    winners.set(
      row.key,
      earlier === undefined || supersedes(row, earlier.row) ? { row, index, rows } : { ...earlier, rows },
    );
  }
  if (unfit.length > 0) await quarantine.putMany(unfit);

  const counts = { inserted: 0, updated: 0, unchanged: 0, duplicate: 0 };
  const added: string[] = [];
  const updated: string[] = [];
  const keys = [...winners.keys()];
  for (let start = 0; start < keys.length; start += keysPerRead) {
    const part = keys.slice(start, start + keysPerRead);
    const stored = new Map((await records.getMany(part)).map((record) => [record._id, record]));
    const writes: RecordDoc[] = [];
    for (const key of part) {
      const winner = winners.get(key);
      if (winner === undefined) continue;
      const context = { sessionId, batchId: batch._id, batch: number, at };
      const { outcome, write } = mergeKey(stored.get(key), winner.row, winner.index, context);
      counts[outcome] += 1;
      counts.duplicate += winner.rows - 1;
      if (outcome === 'inserted') added.push(key);
      if (outcome === 'updated') updated.push(key);
      if (write !== undefined) writes.push(write);
    }
    if (writes.length > 0) await records.putMany(writes);
  }
  const ledger = { ...emptyLedger, ...counts, read: batch.rows.length, quarantined: unfit.length };
  return { ledger, added, updated, nulls, newest };
}
