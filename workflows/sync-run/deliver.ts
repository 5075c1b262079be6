import { condition } from '@temporalio/workflow';
import { syncImbalance } from '../../domain/ledger.ts';
import type { SyncRunLedger } from '../../domain/sync-contracts.ts';
import { heavy, quick } from './activities.ts';
import { advance, type SyncRunMove } from './advance.ts';
import type { SyncRunState } from './state.ts';
import { work } from './work.ts';

/** Failures that end by themselves, or by a person's hand outside: the run pauses and the next one goes on. */
const pausing: readonly string[] = [
  'DESTINATION_UNREACHABLE',
  'DESTINATION_RATE_LIMITED',
  'DESTINATION_QUOTA',
];

/** Should nobody tell of a free slot (a holder was ended from outside), the queue is looked at anew. */
const lookAgain = '1 hour';

/** Waits for a slot of the destination. False when the run is to stop first. */
async function takeTurn(state: SyncRunState): Promise<boolean> {
  const { destinationId, syncId } = state.run;
  while (!state.stops) {
    state.slot = false;
    const { place } = await quick.joinDestination({ destinationId, syncId });
    if (place === 0) return true;
    if (state.status === 'querying') await advance(state, [{ event: 'queue' }]);
    await condition(() => state.slot || state.stops, lookAgain);
  }
  return false;
}

const leave = ({ run: { destinationId, syncId } }: SyncRunState): Promise<void> =>
  quick.leaveDestination({ destinationId, syncId });

/** Every event up to inProgress from where the run stands. */
function untilInProgress({ status }: SyncRunState): SyncRunMove[] {
  if (status === 'paused') return [{ event: 'resume' }];
  return [...(status === 'querying' ? [{ event: 'queue' } as const] : []), { event: 'progress' }];
}

/** Delivers what is staged, from querying, or from paused the rest. */
export async function deliver(state: SyncRunState): Promise<void> {
  const turn = await takeTurn(state);
  if (!turn) {
    await leave(state);
    return stop(state);
  }
  await advance(state, untilInProgress(state));
  const { run, input } = state;
  const summary = `Deliver ${run.runId}`;
  const end = await work(state, () =>
    heavy(run.poolQueue, input.durations, summary).deliverSync({ runId: run.runId }),
  );
  await leave(state);
  if (end.kind === 'done') return judge(state, end.result.ledger);
  if (end.kind === 'stopped') return stop(state);
  const { reason, detail } = end;
  const event = pausing.includes(reason) ? 'pause' : 'abort';
  await advance(state, [{ event, reason }], detail);
}

/** The end of a run whose rows all have their outcome. */
export async function judge(state: SyncRunState, ledger: SyncRunLedger): Promise<void> {
  const before = state.status === 'inProgress' ? [] : untilInProgress(state);
  const difference = syncImbalance(ledger);
  const { rejected } = ledger;
  if (difference !== null) {
    await advance(state, [...before, { event: 'abort', reason: 'LEDGER_UNBALANCED' }], difference);
  } else if (rejected > state.run.rejectedThreshold) {
    const detail = `${rejected} of ${ledger.staged} rows were rejected; ${state.run.rejectedThreshold} may be.`;
    await advance(state, [...before, { event: 'abort', reason: 'ROWS_REJECTED' }], detail);
  } else await advance(state, [...before, { event: 'complete' }]);
}

/**
 * Ends the work as it was asked for: a cancel ends the run, a pause keeps the rest for the next one. A sync that was
 * disabled before anything was delivered is canceled.
 */
export async function stop(state: SyncRunState): Promise<void> {
  const { cancel, pause, run } = state;
  if (cancel !== null) return endCanceled(state);
  if (pause === null) return;
  const { reason, by } = pause;
  const { ledger } = await quick.tallySyncRun({ runId: run.runId });
  const delivered = ledger.inserted + ledger.updated + ledger.deleted;
  if (reason === 'SYNC_DISABLED' && delivered === 0) {
    await advance(state, [{ event: 'cancel', reason, by }]);
    return;
  }
  if (state.status === 'paused') return;
  const before = state.status === 'inProgress' ? [] : untilInProgress(state);
  await advance(state, [...before, { event: 'pause', reason, by }]);
}

/** Ends the run where it stands; what was delivered stays delivered. */
export async function endCanceled(state: SyncRunState): Promise<void> {
  const { by, reason = 'CANCELED' } = state.cancel ?? { by: state.start.by };
  const ledger = await advance(state, [{ event: 'cancel', reason, by }]);
  state.canceled = { runId: state.run.runId, ledger };
  state.cancel = null;
}
