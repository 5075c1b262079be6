import type { ProcedureResult } from '../../domain/lifecycle.ts';
import { applySchedules, fault, faultAnswer } from './activities.ts';
import type { ProcedureRun } from './run.ts';

/** A procedure whose work is one step: where that is refused, nothing has changed. */
export async function change(run: ProcedureRun): Promise<ProcedureResult> {
  const failed = await fault(run, 'before');
  const answer = failed === null ? await run.asking.changeConfiguration(run.ref) : faultAnswer(failed);
  return run.quick.endProcedure({ ...run.ref, answer });
}

/** One whose change may be a change of the Schedules. */
export async function changeScheduled(run: ProcedureRun): Promise<ProcedureResult> {
  const failed = await fault(run, 'before');
  const answer = failed === null ? await run.asking.changeConfiguration(run.ref) : faultAnswer(failed);
  if (answer.responseCode === 'OK') await applySchedules(run);
  return run.quick.endProcedure({ ...run.ref, answer });
}
