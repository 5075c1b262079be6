import { getExternalWorkflowHandle, workflowInfo } from '@temporalio/workflow';
import { sessionWorkflowId } from '../../domain/contracts.ts';
import type { HoldRequest } from '../../domain/lifecycle.ts';
import { hold, release, tell } from '../messages.ts';
import type { ProcedureRun } from './run.ts';

const sessionOf = ({ ref }: ProcedureRun) => getExternalWorkflowHandle(sessionWorkflowId(ref.connectionId));

/** False when no session is open. */
async function told(send: () => Promise<void>): Promise<boolean> {
  try {
    await send();
    return true;
  } catch {
    return false;
  }
}

/** Tells the open session to hold, and does not wait for it. */
export const tellHold = (run: ProcedureRun): Promise<boolean> => told(() => sessionOf(run).signal(hold));

export const tellRelease = (run: ProcedureRun): Promise<boolean> =>
  told(() => sessionOf(run).signal(release));

/** Holds the open session and waits until its running work has really ended, at a batch border. */
export async function standStill(run: ProcedureRun): Promise<void> {
  const request: HoldRequest = { replyTo: workflowInfo().workflowId, number: run.ref.number };
  // One that was ended from outside never answers: it is told again, until nobody is there.
  while (await told(() => sessionOf(run).signal(hold, request))) if (await run.untilHeld()) break;
  await run.quick.noteStep({ ...run.ref, step: 'held' });
}

/** Has the open session look how the connection stands; false when no session is open. */
export const tellSession = (run: ProcedureRun): Promise<boolean> =>
  told(() => sessionOf(run).signal(tell, run.of.by));
