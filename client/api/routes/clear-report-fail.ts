import { TributaryError } from '../../../domain/errors.ts';
import { statusAfter } from '../../../domain/report-steps.ts';
import { actorOf } from '../caller.ts';
import type { Route } from '../deps.ts';
import { findReport } from '../report-calls.ts';
import { report, reportParams } from '../schemas/reports.ts';
import { reportView } from '../views/report.ts';

/** Clears Fail of a report. */
export const clearReportFail: Route = (api, deps) => {
  const { stores, now } = deps;
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
      const { _id, status, date } = await findReport(deps, request.params.type, request.params.slot);
      const at = now();
      const by = actorOf(request);
      // First, so that a crash in between loses no row.
      const text = `${by.id} cleared the failure of the report of ${date}.`;
      if (status === 'failed')
        await stores.logs.add({ at, by, subject: `report/${_id}`, text, before: null, after: null });
      const after = await stores.reports.change(_id, (doc) => {
        if (doc.status !== 'failed')
          throw new TributaryError('REPORT_NOT_FAILED', `The report of ${doc.date} is ${doc.status}.`);
        return {
          status: statusAfter(doc.status, ['clearFail']),
          statusSince: at,
          ...{ fail: false, kind: null, reason: null, detail: null },
          ...(doc.kind === 'b' ? { lastUpdated: null } : {}),
        };
      });
      return reportView(after);
    },
  );
};
