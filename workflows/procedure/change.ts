import type { ProcedureResult } from '../../domain/lifecycle.ts';
import { asking, fault, quick } from './activities.ts';
import type { ProcedureRun } from './run.ts';

/** A procedure that changes settings: the status stays as it is, whatever comes of it. */
export async function change(run: ProcedureRun): Promise<ProcedureResult> {
  const { ref } = run;
  const failed = await fault(run, 'before');
  const answer =
    failed === null
      ? await asking.changeConfiguration(ref)
      : ({
          responseCode: failed.rollBack ? 'ROLLED_BACK' : 'UNKNOWN_ERROR',
          message: failed.reason,
        } as const);
  return quick.endProcedure({ ...ref, answer });
}
