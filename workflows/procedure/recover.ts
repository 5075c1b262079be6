import { type ProcedureResult, recoverEvents } from '../../domain/lifecycle.ts';
import { applySchedules } from './activities.ts';
import type { ProcedureRun } from './run.ts';
import { tellHold, tellRelease } from './session.ts';
import { pauseSyncs, resumeSyncs } from './syncs.ts';

/** Forced by a person, who and why are on the timeline: no callback is asked, nothing is waited for. */
export async function recover(run: ProcedureRun): Promise<ProcedureResult> {
  if (run.to === 'PAUSED') {
    await tellHold(run);
    await pauseSyncs(run);
  }
  const result = await run.quick.endProcedure({
    ...run.ref,
    event: recoverEvents[run.to],
    answer: { responseCode: 'OK', message: '' },
  });
  await applySchedules(run);
  if (run.to === 'STARTED') {
    await tellRelease(run);
    await resumeSyncs(run);
  }
  return result;
}
