import {
  ApplicationFailure,
  allHandlersFinished,
  CancellationScope,
  condition,
  workflowInfo,
} from '@temporalio/workflow';
import type { SyncRefusal, SyncRunInput, SyncRunOutcome } from '../domain/sync-contracts.ts';
import { heavy, quick } from './sync-run/activities.ts';
import { advance } from './sync-run/advance.ts';
import { deliver, endCanceled, judge, stop } from './sync-run/deliver.ts';
import { listen } from './sync-run/listen.ts';
import { createSyncRunState, type SyncRunState } from './sync-run/state.ts';
import { work } from './sync-run/work.ts';

/** A run that was paused ends so without a fault of the present: the run that was asked for follows all the same. */
const passing: readonly (string | null)[] = ['ROWS_REJECTED', 'RESUME_WINDOW_OVER', 'SYNC_CHANGED'];

/**
 * A delivery of a sync (document 001): what changed is staged, waits for its destination, and is delivered. Workflow
 * id `sync-run/<syncId>`: the engine itself allows one at a time. A run that was paused is finished first.
 * @returns where the last run ended, or why none began
 * @throws ApplicationFailure with the reason as its type when the last run failed
 */
export async function syncRun(input: SyncRunInput): Promise<SyncRunOutcome> {
  const state = createSyncRunState(input);
  listen(state);
  return CancellationScope.nonCancellable(async () => {
    let refused = await next(state);
    while (refused === null && wantsMore(state)) refused = await next(state);
    state.over = true;
    await condition(allHandlersFinished);
    const { runId, status, reason, detail } = state;
    if (status === 'failed' && refused === null)
      throw ApplicationFailure.nonRetryable(detail ?? `The run ${runId} failed.`, reason ?? 'UNKNOWN_ERROR');
    return { runId, status, reason: refused ?? reason };
  });
}

/** Brings one run to its end, or to a pause. */
async function next(state: SyncRunState): Promise<SyncRefusal | null> {
  const { start, input } = state;
  const { syncId, durations } = input;
  const begun = await quick.beginSyncRun({
    syncId,
    start,
    engineRun: workflowInfo().runId,
    resumeWindowMs: durations.resumeWindowMs,
  });
  if ('refused' in begun) return begun.refused;
  state.begin(begun);
  if (begun.status === 'paused') await finishRest(state);
  else await stageAndDeliver(state);
  return null;
}

/** The next run first finishes the staged rest (document 001). */
async function finishRest(state: SyncRunState): Promise<void> {
  const { ends } = state.run;
  if (state.start.only === 'cancel') return endCanceled(state);
  if (ends === null) return deliver(state);
  await advance(state, [{ event: 'abort', reason: ends }]);
}

async function stageAndDeliver(state: SyncRunState): Promise<void> {
  await advance(state, [{ event: 'trigger', by: state.start.by }, { event: 'query' }]);
  const { run, input } = state;
  const { stageSync } = heavy(run.poolQueue, input.durations, `Stage ${run.runId}`);
  // What is staged in part cannot be paused: only a cancel ends it.
  const end = await work(state, () => stageSync({ runId: run.runId }));
  if (end.kind === 'failed') {
    await advance(state, [{ event: 'abort', reason: end.reason }], end.detail);
    return;
  }
  if (end.kind === 'stopped') return endStaging(state);
  const { rows, ledger } = end.result;
  if (rows === 0) return judge(state, ledger);
  return deliver(state);
}

/** Stopped while it staged: nothing was delivered, and the next run stages it all again. */
async function endStaging(state: SyncRunState): Promise<void> {
  if (state.cancel === null && state.pause !== null) state.cancel = state.pause;
  return state.cancel === null ? stop(state) : endCanceled(state);
}

/** Whether another run follows in this execution. */
function wantsMore(state: SyncRunState): boolean {
  const { run, status, reason, start, again } = state;
  // A pause that was taken back meanwhile: whether a run may begin, the store says.
  if (state.pause !== null && state.cancel === null && again !== null) state.pause = null;
  else if (status === 'paused' || state.stops) return false;
  const rest = run.status === 'paused';
  if (rest && start.only === undefined && (status === 'success' || passing.includes(reason))) return true;
  if (again === null) return false;
  state.start = again;
  state.again = null;
  return true;
}
