import { ParentClosePolicy, startChild } from '@temporalio/workflow';
import {
  type ReportFillInput,
  type ReportFillOutcome,
  type ReportOutcome,
  reportWorkflowId,
  reportWorkflowType,
} from '../domain/report-contracts.ts';

/**
 * Makes the reports that are not there, a few at a time and oldest first, each under its own id: what somebody else
 * makes meanwhile is not made twice. Workflow id `report-fill/<type>`.
 */
export async function reportFill({
  type,
  slots,
  atOnce,
  by,
  durations,
}: ReportFillInput): Promise<ReportFillOutcome> {
  const waiting = [...slots];
  const outcome = { created: 0, failed: 0, left: 0 };
  const make = async (): Promise<void> => {
    for (let slot = waiting.shift(); slot !== undefined; slot = waiting.shift())
      outcome[await made(slot)] += 1;
  };
  const made = async (slot: string): Promise<keyof ReportFillOutcome> => {
    const child = await begin(slot);
    if (child === null) return 'left';
    try {
      return (await child.result()).refused === null ? 'created' : 'left';
    } catch {
      return 'failed';
    }
  };
  const begin = async (slot: string) => {
    try {
      return await startChild<(input: unknown) => Promise<ReportOutcome>>(reportWorkflowType, {
        workflowId: reportWorkflowId(type, slot),
        args: [{ type, slot, occasion: 'fill', by, durations }],
        parentClosePolicy: ParentClosePolicy.ABANDON,
      });
    } catch {
      return null;
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, slots.length) }, make));
  return outcome;
}
