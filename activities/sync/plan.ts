import type { SyncRunLedger } from '../../domain/sync-contracts.ts';
import { planSyncRecord } from '../../domain/sync-record.ts';
import type { ListRow, SyncMode, SyncRecordDoc } from '../../stores/model.ts';

/** What a run wants of a key: fields to deliver, nothing (the row is gone), or why it cannot be delivered. */
export type Wanted =
  | { readonly fields: string; readonly fingerprint: string }
  | { readonly fault: { readonly code: string; readonly message: string }; readonly fingerprint: string }
  | null;

/** How a run stages. */
export interface Staging {
  readonly run: number;
  readonly mode: SyncMode;
  /** Sends what was delivered already once more: full refresh, resync, test. */
  readonly again: boolean;
  /** Takes no notice of the back-off: one record that a person asked for. */
  readonly now: boolean;
  /** The destination can delete. */
  readonly deletes: boolean;
}

/** What becomes of a key, and how it counts. */
export interface Staged {
  readonly counts: Partial<SyncRunLedger>;
  readonly row?: ListRow;
  /** To be kept as quarantined. */
  readonly quarantine?: Pick<SyncRecordDoc, 'action' | 'delivered' | 'staged' | 'attempts' | 'error'>;
  /** Rejected before, and not tried now: a later run does. */
  readonly later?: true;
}

const skipped: Staged = { counts: { staged: 1, skipped: 1 } };
const nothing: Staged = { counts: {} };

type Known = Pick<
  SyncRecordDoc,
  'status' | 'delivered' | 'staged' | 'attempts' | 'notBefore' | 'run' | 'error'
>;

/**
 * Decides what a run does with one key, by fingerprint of the delivered fields against what the destination has.
 * A key that neither the model nor the destination has is not counted.
 */
export function stageKey(key: string, before: Known | null, wanted: Wanted, how: Staging): Staged {
  const staged = wanted?.fingerprint ?? null;
  if (wanted === null && (before === null || isGone(before))) return nothing;
  if (wanted !== null && 'fault' in wanted) return quarantined(before, wanted, how);
  if (isOff(before, how)) return skipped;
  if (!how.now && waits(before, staged, how.run)) return { counts: { staged: 1, rejected: 1 }, later: true };

  const plan = planSyncRecord(before, staged);
  const resend = plan === 'skip' && how.again && before?.status === 'success' && staged !== null;
  const action = resend ? 'update' : plan;
  if (action === 'skip') return skipped;
  if (action === 'delete' && !(how.deletes && (how.mode === 'mirror' || how.mode === 'full'))) return skipped;
  return {
    counts: { staged: 1, retried: before?.status === 'failed' ? 1 : 0 },
    row: {
      key,
      action,
      fields: wanted?.fields ?? '',
      staged,
      delivered: before?.delivered ?? null,
      attempts: staged === before?.staged ? (before?.attempts ?? 0) : 0,
      fresh: before === null,
    },
  };
}

const isGone = ({ status, delivered, staged }: Known): boolean =>
  status === 'success' && delivered === null && staged === null;

/** Insert only: what the destination has is never touched again. */
const isOff = (before: Known | null, { mode }: Staging): boolean =>
  mode === 'insertOnly' && before !== null && before.delivered !== null;

const waits = (before: Known | null, staged: string | null, run: number): boolean =>
  before?.status === 'failed' && before.staged === staged && (before.notBefore ?? 0) > run;

function quarantined(
  before: Known | null,
  { fault, fingerprint }: Extract<Wanted, { fault: unknown }>,
  { run }: Staging,
): Staged {
  // Counted in the run that put it there, also when its work is repeated.
  if (before?.status === 'quarantined' && before.staged === fingerprint)
    return before.run === run ? { counts: { staged: 1, quarantined: 1 } } : skipped;
  return {
    counts: { staged: 1, quarantined: 1 },
    quarantine: {
      action: before?.delivered == null ? 'insert' : 'update',
      delivered: before?.delivered ?? null,
      staged: fingerprint,
      attempts: 0,
      error: { ...fault, requestId: null },
    },
  };
}
