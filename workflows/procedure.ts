import { condition, setHandler } from '@temporalio/workflow';
import type { ProcedureInput, ProcedureResult, RunningProcedure } from '../domain/lifecycle.ts';
import { sessionHeld } from './messages.ts';
import { asking } from './procedure/activities.ts';
import { change } from './procedure/change.ts';
import { pause } from './procedure/pause.ts';
import { recover } from './procedure/recover.ts';
import { resume } from './procedure/resume.ts';
import type { ProcedureRun } from './procedure/run.ts';

const story: Readonly<Record<RunningProcedure, (run: ProcedureRun) => Promise<ProcedureResult>>> = {
  pause,
  resume,
  recover,
  updateSettings: change,
  updatePool: change,
  updateConnectionConfiguration: change,
};

/**
 * A lifecycle procedure of a connection (states.md section 5). Workflow id `lifecycle/<connectionId>`: the engine
 * itself allows one at a time. It waits for no person; every step may be repeated.
 * @throws ApplicationFailure PROCEDURE_TAKEN_OVER when a later one took over
 */
export async function procedure({
  connectionId,
  number,
  heartbeatMs,
}: ProcedureInput): Promise<ProcedureResult> {
  let held = false;
  setHandler(sessionHeld, (asked) => {
    held ||= asked === number;
  });
  const ref = { connectionId, number };
  const begun = await asking.beginProcedure(ref);
  if ('ended' in begun) return begun.ended;
  const untilHeld = () => condition(() => held, heartbeatMs * 4);
  return story[begun.name]({ ref, to: begun.to, callbacks: begun.callbacks, untilHeld });
}
