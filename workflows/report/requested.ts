import { ApplicationFailure, sleep } from '@temporalio/workflow';
import type {
  CollectedReport,
  ReportHeavyActivities,
  ReportRef,
  RequestedRef,
} from '../../activities/reports/contracts.ts';
import type { ReportDurations } from '../../domain/report-contracts.ts';
import { durationText, pollWaitMs } from '../../domain/report-polls.ts';
import { faultOf } from './fault.ts';

/**
 * The rows of a report that the app makes in its own time: it is requested, waited for, and fetched. One that the app
 * has forgotten meanwhile is requested anew, once.
 * @throws ApplicationFailure REPORT_NOT_READY when it takes too long; what the activities throw
 */
export async function collectRequested(
  pool: ReportHeavyActivities,
  ref: ReportRef,
  durations: ReportDurations,
): Promise<CollectedReport> {
  for (let instead: string | null = null; ; ) {
    const { reportId } = await pool.requestReport({ ...ref, instead });
    try {
      await untilReady(pool, { ...ref, reportId }, durations);
      return await pool.collectReport({ ...ref, reportId });
    } catch (error) {
      if (instead !== null || faultOf(error).reason !== 'SOURCE_REPORT_GONE') throw error;
      instead = reportId;
    }
  }
}

async function untilReady(
  { askReport }: ReportHeavyActivities,
  requested: RequestedRef,
  { pollMs, readyMs }: ReportDurations,
): Promise<void> {
  const until = Date.now() + readyMs;
  for (let asked = 1; ; asked += 1) {
    const said = await askReport(requested);
    if (said.ready) return;
    const waitMs = pollWaitMs(asked, pollMs, said.waitMs);
    // Later than that it would be too late anyway: whoever waits for it should know now.
    if (Date.now() + waitMs > until)
      throw ApplicationFailure.nonRetryable(
        `The app did not make the report within ${durationText(readyMs)}.`,
        'REPORT_NOT_READY',
      );
    await sleep(waitMs);
  }
}
