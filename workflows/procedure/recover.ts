import { type ProcedureResult, recoverEvents } from '../../domain/lifecycle.ts';
import { quick } from './activities.ts';
import type { ProcedureRun } from './run.ts';
import { tellHold, tellRelease } from './session.ts';

/** Forced by a person, who and why are on the timeline: no callback is asked, nothing is waited for. */
export async function recover(run: ProcedureRun): Promise<ProcedureResult> {
  if (run.to === 'PAUSED') await tellHold(run);
  const result = await quick.endProcedure({
    ...run.ref,
    event: recoverEvents[run.to],
    answer: { responseCode: 'OK', message: '' },
  });
  if (run.to === 'STARTED') await tellRelease(run);
  return result;
}
