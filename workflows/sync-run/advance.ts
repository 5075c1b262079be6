import { ApplicationFailure, setCurrentDetails } from '@temporalio/workflow';
import type { Actor } from '../../domain/contracts.ts';
import type { SyncRunLedger, SyncRunStep } from '../../domain/sync-contracts.ts';
import { type SyncRunEvent, syncRunMachine } from '../../domain/sync-run.ts';
import { quick } from './activities.ts';
import type { SyncRunState } from './state.ts';

/** One move of a run, with the reason that is shown. */
export interface SyncRunMove {
  readonly event: SyncRunEvent;
  readonly reason?: string;
  readonly by?: Actor;
}

const system: Actor = { kind: 'system', id: 'sync-run' };

/**
 * Moves the run along its table and writes it down: the only writer of its statuses. Moves that follow at once share
 * one write.
 * @returns what was delivered so far
 * @throws ApplicationFailure ILLEGAL_MOVE when the table has no such move: a bug, never a person's fault
 */
export async function advance(
  state: SyncRunState,
  moves: readonly SyncRunMove[],
  detail?: string,
): Promise<SyncRunLedger> {
  const at = new Date(Date.now()).toISOString();
  const steps: SyncRunStep[] = [];
  for (const { event, reason = null, by = system } of moves) {
    const move = syncRunMachine.advance(state.status, event);
    if (!move.ok) throw ApplicationFailure.nonRetryable(`No ${event} in ${state.status}.`, 'ILLEGAL_MOVE');
    state.seq += 1;
    steps.push({ seq: state.seq, from: state.status, to: move.to, event, reason, by, at });
    state.status = move.to;
    state.reason = reason;
  }
  state.detail = detail ?? null;
  const why = state.reason === null ? '' : `\n\n${state.reason}${detail === undefined ? '' : `: ${detail}`}`;
  setCurrentDetails(`### ${state.status}${why}\n\nSync run \`${state.run.runId}\``);
  const { ledger } = await quick.writeSyncRun({
    ...state.ref,
    steps,
    ...(detail === undefined ? {} : { detail }),
  });
  return ledger;
}
