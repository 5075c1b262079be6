import { defineMachine } from './machine.ts';

export const syncRecordStatuses = ['pending', 'success', 'failed', 'quarantined'] as const;

/** Whether the staged state of a row reached the destination (document 001). */
export type SyncRecordStatus = (typeof syncRecordStatuses)[number];

export const syncRecordActions = ['insert', 'update', 'delete'] as const;

/** What the destination is asked to do with a row. */
export type SyncRecordAction = (typeof syncRecordActions)[number];

/**
 * One row of a sync, `<syncId>/<key>`.
 * Fact `changed`: what is staged differs from what was staged last, or from what was delivered.
 * Fact `capReached`: the row was rejected as often as a row may be.
 * A changed row leaves quarantine by itself, an unchanged one by a person's `replay`; by `discard` the destination
 * keeps what it has of the row.
 */
export const syncRecordMachine = defineMachine({
  name: 'syncRecord',
  statuses: syncRecordStatuses,
  ends: [],
  transitions: [
    { from: [null, 'pending'], event: 'stage', to: 'pending' },
    { from: ['success', 'quarantined'], event: 'stage', to: 'pending', when: 'changed' },
    { from: ['success'], event: 'stage', to: 'success', unless: 'changed' },
    { from: ['quarantined'], event: 'stage', to: 'quarantined', unless: 'changed' },
    { from: ['failed'], event: 'stage', to: 'pending' },
    { from: ['pending'], event: 'deliver', to: 'success' },
    { from: ['pending'], event: 'reject', to: 'failed', unless: 'capReached' },
    { from: ['pending'], event: 'reject', to: 'quarantined', when: 'capReached' },
    { from: ['quarantined'], event: 'replay', to: 'pending' },
    { from: ['quarantined'], event: 'discard', to: 'success' },
  ],
});

export type SyncRecordEvent = (typeof syncRecordMachine.transitions)[number]['event'];

/** What is remembered of a row from earlier runs. */
export interface StagedBefore {
  readonly status: SyncRecordStatus;
  /** Fingerprint of what the destination has; null when it has nothing of this key. */
  readonly delivered: string | null;
  /** Fingerprint of what was staged last; null when that was a delete. */
  readonly staged: string | null;
}

/** What one run makes of a row: an action to deliver, or `skip`. */
export type SyncRecordPlan = SyncRecordAction | 'skip';

/**
 * Decides what a run does with one key.
 * @param before what is known of the key, null for a new one
 * @param staged fingerprint of the row now, null when the row is gone
 */
export function planSyncRecord(before: StagedBefore | null, staged: string | null): SyncRecordPlan {
  if (before === null) return staged === null ? 'skip' : 'insert';
  if (before.status === 'quarantined' && staged === before.staged) return 'skip';
  // A row not confirmed may have arrived all the same; deleting what is not there does no harm.
  if (staged === null) return before.status === 'success' && before.delivered === null ? 'skip' : 'delete';
  if (before.delivered === null) return 'insert';
  // The last attempt was not confirmed, so what the destination holds is not known: send it again.
  if (before.status === 'failed' || before.status === 'pending') return 'update';
  return staged === before.delivered ? 'skip' : 'update';
}
