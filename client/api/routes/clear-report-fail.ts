import { clearFail } from '../../../activities/reports/clear-fail.ts';
import { actorOf } from '../caller.ts';
import type { Route } from '../deps.ts';
import { findReport } from '../report-calls.ts';
import { report, reportParams } from '../schemas/reports.ts';
import { reportView } from '../views/report.ts';

/** Clears Fail of a report. */
export const clearReportFail: Route = (api, deps) => {
  const schema = {
    summary: 'Clear the failure of a report',
    description:
      'It leaves the failed reports and is made again at the next scheduled time of its type; to make it at once, retry it. If it fails again, a new alert is raised.',
    tags: ['Reports'],
    params: reportParams,
    response: { 200: report },
  };
  api.post(
    '/api/reports/:type/:slot/clear-fail',
    { schema, config: { needs: 'change' } },
    async (request) => {
      const found = await findReport(deps, request.params.type, request.params.slot);
      const after = await clearFail(deps, found, actorOf(request));
      return reportView(after);
    },
  );
};
