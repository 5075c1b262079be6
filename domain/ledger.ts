/**
 * The row counts of one resource in one session, or of several added up. All are whole numbers of rows.
 * `removed` are keys that a full refresh no longer has; they were never read.
 */
export interface Ledger {
  readonly read: number;
  readonly inserted: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly duplicate: number;
  readonly filtered: number;
  readonly quarantined: number;
  readonly tombstoned: number;
  readonly removed: number;
  readonly recordsBefore: number;
  readonly recordsAfter: number;
}

/** The row counts of one sync run. `rejected` is the destination's no, `quarantined` ours. */
export interface SyncLedger {
  readonly staged: number;
  readonly inserted: number;
  readonly updated: number;
  readonly deleted: number;
  readonly skipped: number;
  readonly rejected: number;
  readonly quarantined: number;
}

export const emptyLedger: Ledger = {
  read: 0,
  inserted: 0,
  updated: 0,
  unchanged: 0,
  duplicate: 0,
  filtered: 0,
  quarantined: 0,
  tombstoned: 0,
  removed: 0,
  recordsBefore: 0,
  recordsAfter: 0,
};

export const emptySyncLedger: SyncLedger = {
  staged: 0,
  inserted: 0,
  updated: 0,
  deleted: 0,
  skipped: 0,
  rejected: 0,
  quarantined: 0,
};

/**
 * Adds ledgers of different resources, field by field. Batches of one resource have the same
 * `recordsBefore`: give it to one of them only.
 */
export function addLedgers(...ledgers: readonly Ledger[]): Ledger {
  return ledgers.reduce((sum, ledger) => addFields(sum, ledger), emptyLedger);
}

/** Adds the ledgers of parts of a sync run, field by field. */
export function addSyncLedgers(...ledgers: readonly SyncLedger[]): SyncLedger {
  return ledgers.reduce((sum, ledger) => addFields(sum, ledger), emptySyncLedger);
}

/** Says in one sentence why a ledger does not balance; null when it does. */
export function imbalance(ledger: Ledger): string | null {
  const { read, inserted, updated, unchanged, duplicate, filtered, quarantined, tombstoned } = ledger;
  const accounted = inserted + updated + unchanged + duplicate + filtered + quarantined + tombstoned;
  if (read !== accounted) return `${read} rows were read but ${accounted} are accounted for.`;
  const expected = ledger.recordsBefore + inserted - tombstoned - ledger.removed;
  if (expected !== ledger.recordsAfter)
    return `There should be ${expected} records (${ledger.recordsBefore} before) but there are ${ledger.recordsAfter}.`;
  return null;
}

/** Says in one sentence why the ledger of a sync run does not balance; null when it does. */
export function syncImbalance(ledger: SyncLedger): string | null {
  const { staged, inserted, updated, deleted, skipped, rejected, quarantined } = ledger;
  const accounted = inserted + updated + deleted + skipped + rejected + quarantined;
  return staged === accounted ? null : `${staged} rows were staged but ${accounted} are accounted for.`;
}

function addFields<L extends Ledger | SyncLedger>(a: L, b: L): L {
  const names = Object.keys(a) as (keyof L)[];
  return Object.fromEntries(names.map((name) => [name, Number(a[name]) + Number(b[name])])) as unknown as L;
}
