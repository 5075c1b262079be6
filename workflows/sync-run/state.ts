import { ApplicationFailure } from '@temporalio/workflow';
import type { BegunSyncRun } from '../../activities/contracts.ts';
import type {
  SyncCancel,
  SyncCanceled,
  SyncPause,
  SyncRunInput,
  SyncStart,
} from '../../domain/sync-contracts.ts';
import type { SyncRunStatus } from '../../domain/sync-run.ts';

export type SyncRunState = ReturnType<typeof createSyncRunState>;

/** Where an execution stands, and what signals and updates asked of it. */
export function createSyncRunState(input: SyncRunInput) {
  let begun: BegunSyncRun | null = null;
  const state = {
    input,
    start: input.start,
    /** Another start came meanwhile: one more run follows. */
    again: null as SyncStart | null,
    status: null as SyncRunStatus | null,
    seq: 0,
    reason: null as string | null,
    detail: null as string | null,
    cancel: null as SyncCancel | null,
    pause: null as SyncPause | null,
    /** Told that the destination has a slot. */
    slot: false,
    /** What the newest canceled run had delivered. */
    canceled: null as SyncCanceled | null,
    /** Stops the work that is under way, at a batch border. */
    stop: null as (() => void) | null,
    /** Nothing more is begun. */
    over: false,

    get run(): BegunSyncRun {
      if (begun === null) throw ApplicationFailure.nonRetryable('No run has begun.', 'UNKNOWN_ERROR');
      return begun;
    },
    get runId(): string | null {
      return begun?.runId ?? null;
    },
    get ref() {
      return { runId: state.run.runId };
    },
    begin(run: BegunSyncRun) {
      begun = run;
      state.status = run.status;
      state.seq = run.seq;
      state.reason = null;
      state.detail = null;
      state.slot = false;
    },
    /** A person or a pause wants the run to stop. */
    get stops(): boolean {
      return state.cancel !== null || state.pause !== null;
    },
  };
  return state;
}
