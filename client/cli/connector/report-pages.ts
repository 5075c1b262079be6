import { setTimeout as sleep } from 'node:timers/promises';
import type { ReportRequest, ReportSource, SourcePage } from '../../../connectors/source.ts';
import { TributaryError } from '../../../domain/errors.ts';

const usualWaitMs = 2_000;
const longestMs = 600_000;

/**
 * Reads the report of one date; one that the app makes in its own time is requested and waited for, at most 10 minutes.
 * @param note Told of waits.
 * @throws TributaryError as the source does, and SOURCE_REPORT_FAILED when the app does not make it
 */
export async function* reportPages(
  reports: ReportSource,
  request: ReportRequest,
  note: (line: string) => void = () => undefined,
): AsyncGenerator<SourcePage> {
  const { date: _date, timeZone: _zone, ...asked } = request;
  if (!reports.isAsynchronous(request.report)) {
    yield* reports.report(request);
    return;
  }
  const reportId = await reports.requestReport(request);
  const until = performance.now() + longestMs;
  for (;;) {
    const said = await reports.reportState({ ...asked, reportId });
    if (said.state === 'done') break;
    if (said.state === 'failed')
      throw new TributaryError('SOURCE_REPORT_FAILED', `The app could not make the report: ${said.said}`);
    const waitMs = said.retryAfterMs ?? usualWaitMs;
    if (performance.now() + waitMs > until)
      throw new TributaryError('SOURCE_REPORT_FAILED', 'The app did not make the report within 10 minutes.');
    note(`${request.report}: the app makes it; asks again in ${Math.ceil(waitMs / 1000)} s`);
    await sleep(waitMs, undefined, { signal: request.signal });
  }
  yield* reports.downloadReport({ ...asked, reportId });
}
