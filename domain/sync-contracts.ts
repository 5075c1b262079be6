import type { Actor } from './contracts.ts';
import { emptySyncLedger, type SyncLedger } from './ledger.ts';
import type { SyncRunEvent, SyncRunStatus } from './sync-run.ts';

/** Counts of a sync run with the rows among them that an earlier run had sent in vain. */
export interface SyncRunLedger extends SyncLedger {
  readonly retried: number;
}

export const emptySyncRunLedger: SyncRunLedger = { ...emptySyncLedger, retried: 0 };

/** Every wait of a sync run, in milliseconds; frozen at its start. */
export interface SyncDurations {
  /** Heartbeat of staging and delivery. */
  readonly heartbeatMs: number;
  /** First wait before a failed attempt is repeated. */
  readonly retryInitialMs: number;
  /** Staging, and delivery, all in all. */
  readonly stageMs: number;
  /** How long a paused run waits for the next one before it ends as failed (RESUME_WINDOW_OVER). */
  readonly resumeWindowMs: number;
}

export const defaultSyncDurations: SyncDurations = {
  heartbeatMs: 30_000,
  retryInitialMs: 1_000,
  stageMs: 86_400_000,
  resumeWindowMs: 7 * 86_400_000,
};

/** What a run looks at: what changed, everything once more, or one record. */
export type SyncRunKind = 'run' | 'resync' | 'test';

/** Why an execution starts. */
export interface SyncStart {
  /** Tells one start from another: the same start asks once. */
  readonly id: string;
  readonly kind: SyncRunKind;
  readonly by: Actor;
  /** Only this record. A test without it takes the first one that the model has. */
  readonly key?: string;
  /**
   * No new run: `cancel` ends the paused one, `rest` finishes it, `tidy` ends one that was paused for too long or that
   * nobody works for any more.
   */
  readonly only?: 'cancel' | 'rest' | 'tidy';
}

export interface SyncRunInput {
  readonly syncId: string;
  readonly start: SyncStart;
  readonly durations: SyncDurations;
}

/** Why an execution made no run. */
export type SyncRefusal = 'NOT_FOUND' | 'SYNC_DISABLED' | 'CONNECTION_HELD' | 'NOTHING_TO_DO';

/** How an execution ended. A failed run is a failed execution instead, its type the reason. */
export interface SyncRunOutcome {
  /** Public id of the run that it ended with. */
  readonly runId: string | null;
  readonly status: SyncRunStatus | null;
  readonly reason: string | null;
}

/** One transition of a run as it is written. Times are ISO 8601 in UTC. */
export interface SyncRunStep {
  readonly seq: number;
  readonly from: SyncRunStatus | null;
  readonly to: SyncRunStatus;
  readonly event: SyncRunEvent;
  readonly reason: string | null;
  readonly by: Actor;
  readonly at: string;
}

/** Names of the messages that a sync run takes. */
export const syncMessages = {
  /** Signal (SyncStart): another run is wanted after this one. */
  again: 'again',
  /** Signal (SyncPause): stop at a batch border; the next run finishes the rest. */
  pause: 'pauseSyncRun',
  /** Signal (): the destination has a slot for this run. */
  slot: 'destinationSlot',
  /** Update (SyncCancel) -> SyncCanceled. */
  cancel: 'cancelSyncRun',
} as const;

export interface SyncPause {
  readonly reason: 'CONNECTION_PAUSED' | 'SYNC_DISABLED';
  readonly by: Actor;
}

export interface SyncCancel {
  readonly by: Actor;
  /** Why, where it is not a person's wish: such as CONNECTION_DISCONNECTED. */
  readonly reason?: string;
}

/** What was delivered before the cancel took effect. */
export interface SyncCanceled {
  readonly runId: string;
  readonly ledger: SyncRunLedger;
}

export const syncRunWorkflowId = (syncId: string): string => `sync-run/${syncId}`;
export const syncRunIdOf = (syncId: string, number: number): string => `${syncId}.${number}`;
export const syncRunType = 'syncRun';
