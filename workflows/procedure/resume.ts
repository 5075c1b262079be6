import type { ProcedureResult } from '../../domain/lifecycle.ts';
import { applySchedules, fault } from './activities.ts';
import type { ProcedureRun } from './run.ts';
import { standStill, tellHold, tellRelease } from './session.ts';
import { pauseSyncs, resumeSyncs } from './syncs.ts';

/** PAUSED to STARTED: the held session goes on where it stood, then new ones may start. */
export async function resume(run: ProcedureRun): Promise<ProcedureResult> {
  let failed = await fault(run, 'before');
  if (failed === null) {
    await applySchedules(run);
    await tellRelease(run);
    failed = await fault(run, 'after');
  }
  if (failed === null) {
    const result = await run.quick.endProcedure({
      ...run.ref,
      event: 'started',
      answer: { responseCode: 'OK', message: '' },
    });
    // Their runs look at the status of the connection, which has been written now.
    await resumeSyncs(run);
    return result;
  }
  const { rollBack, reason: message } = failed;
  if (rollBack) {
    await pauseSyncs(run, { untilStopped: true });
    await standStill(run);
    const answer = { responseCode: 'ROLLED_BACK', message } as const;
    const result = await run.quick.endProcedure({ ...run.ref, event: 'rollBack', answer });
    await applySchedules(run);
    return result;
  }
  await pauseSyncs(run);
  await tellHold(run);
  const answer = { responseCode: 'UNKNOWN_ERROR', message } as const;
  const result = await run.quick.endProcedure({ ...run.ref, event: 'fail', answer });
  await applySchedules(run);
  return result;
}
