import type { ProcedureResult } from '../../domain/lifecycle.ts';
import { fault, quick } from './activities.ts';
import type { ProcedureRun } from './run.ts';
import { standStill, tellHold, tellRelease } from './session.ts';

/** PAUSED to STARTED: the held session goes on where it stood, then new ones may start. */
export async function resume(run: ProcedureRun): Promise<ProcedureResult> {
  let failed = await fault(run, 'before');
  if (failed === null) {
    await tellRelease(run);
    failed = await fault(run, 'after');
  }
  if (failed === null)
    return quick.endProcedure({
      ...run.ref,
      event: 'started',
      answer: { responseCode: 'OK', message: '' },
    });
  const { rollBack, reason: message } = failed;
  if (rollBack) {
    await standStill(run);
    const answer = { responseCode: 'ROLLED_BACK', message } as const;
    return quick.endProcedure({ ...run.ref, event: 'rollBack', answer });
  }
  await tellHold(run);
  return quick.endProcedure({
    ...run.ref,
    event: 'fail',
    answer: { responseCode: 'UNKNOWN_ERROR', message },
  });
}
