import { condition, setHandler } from '@temporalio/workflow';
import type { ProcedureInput, ProcedureResult, RunningProcedure } from '../domain/lifecycle.ts';
import { sessionHeld } from './messages.ts';
import { procedureActivities } from './procedure/activities.ts';
import { change, changeScheduled } from './procedure/change.ts';
import { finalize } from './procedure/finalize.ts';
import { pause } from './procedure/pause.ts';
import { recover } from './procedure/recover.ts';
import { resume } from './procedure/resume.ts';
import type { ProcedureRun } from './procedure/run.ts';

const story: Readonly<Record<RunningProcedure, (run: ProcedureRun) => Promise<ProcedureResult>>> = {
  updatePrerequisite: change,
  markAllPrerequisitesDone: change,
  completePrerequisitesStep: change,
  configureConnector: change,
  setConnectionConfiguration: change,
  finalizeConfiguration: finalize,
  resetConfiguration: changeScheduled,
  pause,
  resume,
  recover,
  updateSettings: changeScheduled,
  updatePool: change,
  updateConnectionConfiguration: change,
  updateResource: changeScheduled,
  connectAgain: change,
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
  quickMs,
  durations,
}: ProcedureInput): Promise<ProcedureResult> {
  let held = false;
  setHandler(sessionHeld, (asked) => {
    held ||= asked === number;
  });
  const ref = { connectionId, number };
  const activities = procedureActivities(quickMs);
  const begun = await activities.asking.beginProcedure(ref);
  if ('ended' in begun) return begun.ended;
  const untilHeld = () => condition(() => held, heartbeatMs * 4);
  const { name, to, callbacks, ...of } = begun;
  return story[name]({ ...activities, ref, to, callbacks, of, durations, untilHeld });
}
