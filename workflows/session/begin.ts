import { workflowInfo } from '@temporalio/workflow';
import type { StartRefusal } from '../../domain/contracts.ts';
import { isErrorStatus } from '../../domain/session.ts';
import { nearby } from './activities.ts';
import { advance } from './advance.ts';
import { reasonToAuthorize, retry } from './decision.ts';
import type { SessionRun } from './run.ts';

/** Opens a new session or finds the place of the one to continue. */
export async function begin(run: SessionRun): Promise<StartRefusal | null> {
  const { connectionId, start } = run.input;
  // What the inbox has by now is taken by a session that opens; one that goes on leaves it to the next.
  const told = run.told || start.kind === 'told';
  run.told = false;
  const begun = await nearby(run.quick).beginSession({ connectionId, start, runId: workflowInfo().runId });
  if ('refused' in begun) {
    run.told ||= told && start.kind !== 'told';
    return begun.refused;
  }
  run.begin(begun);
  // Of what the inbox has, one that reads rows of its own choice leaves some or all to the next session.
  const { replay, range } = begun.reads ?? {};
  if (replay !== undefined || range !== undefined || begun.partial === true) run.told ||= told;
  if (begun.status !== null) {
    run.told ||= told;
    if (start.kind === 'load' && !run.covers(start)) run.keep(start);
  }
  if (run.status === null && start.kind === 'authorize') {
    await advance(run, [{ event: 'authorize', reason: reasonToAuthorize(run), by: start.by }]);
  } else if (run.status === null) {
    const reason = begun.aggregator ? 'WAITING_FOR_WEBHOOK' : 'LOADING';
    await advance(run, [{ event: 'load', reason, by: start.by }]);
  } else if (isErrorStatus(run.status)) {
    await retry(run, start.by);
  }
  return null;
}
