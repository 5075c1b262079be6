import type { ProcedureResult } from '../../domain/lifecycle.ts';
import { fault, quick } from './activities.ts';
import type { ProcedureRun } from './run.ts';
import { standStill, tellHold, tellRelease } from './session.ts';

/** STARTED to PAUSED: nothing new starts since PAUSING was written; what runs stops at a batch border. */
export async function pause(run: ProcedureRun): Promise<ProcedureResult> {
  let failed = await fault(run, 'before');
  if (failed === null) {
    await standStill(run);
    failed = await fault(run, 'after');
  }
  if (failed === null)
    return quick.endProcedure({
      ...run.ref,
      event: 'paused',
      answer: { responseCode: 'OK', message: '' },
    });
  const { rollBack, reason: message } = failed;
  if (!rollBack) {
    await tellHold(run);
    return quick.endProcedure({
      ...run.ref,
      event: 'fail',
      answer: { responseCode: 'UNKNOWN_ERROR', message },
    });
  }
  const answer = { responseCode: 'ROLLED_BACK', message } as const;
  const result = await quick.endProcedure({ ...run.ref, event: 'rollBack', answer });
  await tellRelease(run);
  return result;
}
