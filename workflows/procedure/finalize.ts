import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { ParentClosePolicy, startChild } from '@temporalio/workflow';
import { type SessionInput, sessionWorkflowId, workflowTypes } from '../../domain/contracts.ts';
import type { ProcedureResult } from '../../domain/lifecycle.ts';
import { searchAttributes } from '../messages.ts';
import { applySchedules, fault, faultAnswer } from './activities.ts';
import type { ProcedureRun } from './run.ts';
import { tellSession } from './session.ts';

/** CONNECTED to STARTED: everything is asked before the one write; then schedules and the first session go on. */
export async function finalize(run: ProcedureRun): Promise<ProcedureResult> {
  const { ref } = run;
  const before = await fault(run, 'before');
  if (before !== null) return run.quick.endProcedure({ ...ref, answer: faultAnswer(before) });
  const tested = await run.asking.validateSource(ref);
  if (tested.responseCode !== 'OK') return run.quick.endProcedure({ ...ref, answer: tested });
  const after = await fault(run, 'after');
  if (after !== null) return run.quick.endProcedure({ ...ref, answer: faultAnswer(after) });
  const answer = await run.asking.changeConfiguration(ref);
  if (answer.responseCode === 'OK') {
    await applySchedules(run);
    if (!(await tellSession(run))) await startFirst(run);
  }
  return run.quick.endProcedure({ ...ref, answer });
}

/** No session is held in 9: one starts with the grant that was tested, and outlives this procedure. */
async function startFirst({ ref: { connectionId }, of, durations }: ProcedureRun): Promise<void> {
  if (durations === undefined) return;
  const { company, app, by } = of;
  const input: SessionInput = { connectionId, start: { kind: 'load', by }, durations };
  try {
    await startChild(workflowTypes.session, {
      workflowId: sessionWorkflowId(connectionId),
      args: [input],
      parentClosePolicy: ParentClosePolicy.ABANDON,
      memo: { company, app, connectionId },
      typedSearchAttributes: [
        { key: searchAttributes.connectionId, value: connectionId },
        { key: searchAttributes.company, value: company },
        { key: searchAttributes.app, value: app },
      ],
      staticSummary: `${connectionId}: data-sharing session`,
      priority: { fairnessKey: company },
    });
  } catch (error) {
    // A tick was first.
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}
