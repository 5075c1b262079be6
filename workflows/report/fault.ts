import { ActivityFailure, ApplicationFailure, isCancellation, TimeoutFailure } from '@temporalio/workflow';
import type { ReportFault } from '../../activities/reports/contracts.ts';

/**
 * Why a run of a report failed, as it is written down.
 * @throws what is no failure of an activity: a fault of the workflow itself
 */
export function faultOf(error: unknown): ReportFault {
  if (isCancellation(error)) return { reason: 'REPORT_STOPPED', detail: 'It was stopped by a person.' };
  const cause = error instanceof ActivityFailure ? error.cause : error;
  if (cause instanceof TimeoutFailure)
    return { reason: 'REPORT_STUCK', detail: 'It was not made in its time.' };
  if (!(cause instanceof ApplicationFailure)) throw error;
  return { reason: cause.type ?? 'UNKNOWN_ERROR', detail: cause.message.slice(0, 1000) };
}
