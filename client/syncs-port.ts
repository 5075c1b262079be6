import type { Actor } from '../domain/contracts.ts';
import type { SyncCancel, SyncCanceled, SyncPause, SyncRunKind } from '../domain/sync-contracts.ts';

/** Which run is wanted. */
export interface SyncRunRequest {
  readonly by: Actor;
  /** @default 'run' */
  readonly kind?: SyncRunKind;
  /** Only this record. */
  readonly key?: string;
  /** Tells one start from another, such as a tick; random unless given. */
  readonly id?: string;
}

/** A run that was started. */
export interface StartedSyncRun {
  /** Of the engine. */
  readonly engineRun: string;
  /** Public id; null when no worker has begun it yet. */
  readonly runId: string | null;
}

/**
 * What the API asks of the engine about syncs. All throw TributaryError ENGINE_UNAVAILABLE when it cannot be reached
 * in time.
 */
export interface SyncsPort {
  /**
   * Starts a run; one that was paused is finished first.
   * @throws {TributaryError} NOT_FOUND; SYNC_DISABLED; CONNECTION_HELD; CONNECTION_DISCONNECTED; SYNC_RUN_OPEN with `runId`
   */
  startRun(syncId: string, request: SyncRunRequest): Promise<StartedSyncRun>;
  /**
   * A schedule's start: a run that is open takes it along afterwards, the same id twice is one run.
   * What may not run now is told by the outcome of the workflow, not here.
   */
  tick(syncId: string, request: SyncRunRequest & { readonly id: string }): Promise<void>;
  /**
   * Cancels the open run at a batch border, or ends the paused one.
   * @returns what was delivered
   * @throws {TributaryError} NOT_FOUND; ILLEGAL_MOVE when no run is open or paused; NO_WORKER
   */
  cancelRun(syncId: string, request: SyncCancel): Promise<SyncCanceled>;
  /** Ends the newest run if it was paused for too long, or if nobody works for it any more; else nothing happens. */
  tidyRun(syncId: string): Promise<void>;
  /** Tells the open run to pause at a batch border; nothing happens when none is open. */
  pauseRun(syncId: string, request: SyncPause): Promise<void>;
}
