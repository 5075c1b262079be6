import type { RowOutcome } from '../../destinations/contract.ts';
import { nextTry } from '../../domain/sync-backoff.ts';
import type { SyncRunLedger } from '../../domain/sync-contracts.ts';
import type { ListRow, SyncRecordDoc } from '../../stores/model.ts';

/** How the outcomes of a run are kept. */
export interface OutcomeOf {
  readonly run: number;
  /** Rejections of one row until it goes to quarantine. */
  readonly cap: number;
  readonly at: Date;
}

const counted = { insert: 'inserted', update: 'updated', delete: 'deleted' } as const;

/** The sync record of a row whose outcome is known, and how it counts. */
export function recordOutcome(
  row: ListRow,
  outcome: RowOutcome,
  { run, cap, at }: OutcomeOf,
): { readonly doc: SyncRecordDoc; readonly counts: Partial<SyncRunLedger> } {
  const { key: _id, action, staged } = row;
  if (outcome.outcome === 'delivered')
    return {
      doc: {
        _id,
        action,
        status: 'success',
        delivered: staged,
        staged,
        fields: null,
        run,
        deliveredRun: run,
        attempts: 0,
        notBefore: null,
        error: null,
        at,
      },
      counts: { [counted[action]]: 1 },
    };
  const attempts = row.attempts + 1;
  const capped = attempts >= cap;
  const { code, message, requestId } = outcome;
  return {
    doc: {
      _id,
      action,
      status: capped ? 'quarantined' : 'failed',
      delivered: row.delivered,
      staged,
      fields: row.fields,
      run,
      deliveredRun: null,
      attempts,
      notBefore: capped ? null : nextTry(run, attempts),
      error: { code, message: message.slice(0, 1000), requestId },
      at,
    },
    counts: capped ? { quarantined: 1 } : { rejected: 1 },
  };
}

/** A row that may have arrived or not, of a run that ended before it was known: the next run sends it again. */
export const doubtful = (row: ListRow, run: number, at: Date): SyncRecordDoc => ({
  _id: row.key,
  action: row.action,
  status: 'pending',
  delivered: row.delivered,
  staged: row.staged,
  fields: row.fields,
  run,
  deliveredRun: null,
  attempts: row.attempts,
  notBefore: null,
  error: null,
  at,
});

/** Adds counts to a ledger. */
export function addCounts(ledger: SyncRunLedger, counts: Partial<SyncRunLedger>): SyncRunLedger {
  const sum: Record<string, number> = { ...ledger };
  for (const [name, count] of Object.entries(counts)) sum[name] = (sum[name] ?? 0) + count;
  return sum as unknown as SyncRunLedger;
}

/** Sums the counts of many rows, to be added to a ledger once. */
export function createTally() {
  const sum: Record<string, number> = {};
  return {
    sum: sum as Partial<SyncRunLedger>,
    add(counts: Partial<SyncRunLedger>): void {
      for (const name in counts) sum[name] = (sum[name] ?? 0) + (counts[name as keyof SyncRunLedger] ?? 0);
    },
  };
}
