import type { ProcedureResult } from '../../domain/lifecycle.ts';
import { applySchedules, fault } from './activities.ts';
import type { ProcedureRun } from './run.ts';
import { standStill, tellHold, tellRelease } from './session.ts';
import { pauseSyncs, resumeSyncs } from './syncs.ts';

/** STARTED to PAUSED: nothing new starts since PAUSING was written; what runs stops at a batch border. */
export async function pause(run: ProcedureRun): Promise<ProcedureResult> {
  await applySchedules(run);
  let failed = await fault(run, 'before');
  if (failed === null) {
    await pauseSyncs(run, { untilStopped: true });
    await standStill(run);
    failed = await fault(run, 'after');
  }
  if (failed === null)
    return run.quick.endProcedure({
      ...run.ref,
      event: 'paused',
      answer: { responseCode: 'OK', message: '' },
    });
  const { rollBack, reason: message } = failed;
  if (!rollBack) {
    await pauseSyncs(run);
    await tellHold(run);
    return run.quick.endProcedure({
      ...run.ref,
      event: 'fail',
      answer: { responseCode: 'UNKNOWN_ERROR', message },
    });
  }
  const answer = { responseCode: 'ROLLED_BACK', message } as const;
  const result = await run.quick.endProcedure({ ...run.ref, event: 'rollBack', answer });
  await applySchedules(run);
  await tellRelease(run);
  await resumeSyncs(run);
  return result;
}
