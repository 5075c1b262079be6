import { ApplicationFailure, CancellationScope, workflowInfo } from '@temporalio/workflow';
import type { ReportFault } from '../activities/reports/contracts.ts';
import { type ReportInput, type ReportOutcome, reportIdOf } from '../domain/report-contracts.ts';
import { heavy, quick } from './report/activities.ts';
import { faultOf } from './report/fault.ts';
import { collectRequested } from './report/requested.ts';

/**
 * A report of one type and slot (document 003): its rows are collected, compared with the earlier ones, delivered where
 * the type says so, and become the current revision. Workflow id `report/<type>/<slot>`: the engine itself allows one at a time.
 * @returns the revision, or why none was made
 * @throws ApplicationFailure with the reason as its type when it failed; the earlier revision stays
 */
export async function report(input: ReportInput): Promise<ReportOutcome> {
  const id = reportIdOf(input.type, input.slot);
  const ref = { id, engineRun: workflowInfo().runId };
  const begun = await quick.beginReport({ ...input, engineRun: ref.engineRun });
  if ('refused' in begun) return { id, refused: begun.refused, revision: null, rows: null };
  if ('fault' in begun) return fail(ref, begun.fault);
  const { durations } = input;
  const pool = heavy(begun.poolQueue, durations, `Report ${id}`);
  let delivering = false;
  try {
    const collected = begun.asynchronous
      ? await collectRequested(pool, ref, durations)
      : await pool.collectReport(ref);
    await pool.compareReport({ ...ref, ...collected });
    delivering = begun.delivers;
    if (delivering) await pool.deliverReport({ ...ref, ...collected });
    const { missingMs } = durations;
    const { revision } = await quick.createReport({ ...ref, ...collected, missingMs });
    return { id, refused: null, revision, rows: collected.rows };
  } catch (error) {
    // The source did its part: that its rows do not arrive is a fault of the control side.
    return fail(ref, { ...faultOf(error), ...(delivering ? { side: 'control' } : {}) });
  }
}

async function fail(ref: { id: string; engineRun: string }, fault: ReportFault): Promise<never> {
  await CancellationScope.nonCancellable(() => quick.failReport({ ...ref, ...fault }));
  throw ApplicationFailure.nonRetryable(fault.detail, fault.reason);
}
