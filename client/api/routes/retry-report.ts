import { TributaryError } from '../../../domain/errors.ts';
import { actorOf } from '../caller.ts';
import type { Route } from '../deps.ts';
import { findReport, findReportType, startedView } from '../report-calls.ts';
import { reportParams, reportStarted } from '../schemas/reports.ts';

/** Makes a failed report at once. */
export const retryReport: Route = (api, deps) => {
  const { reports } = deps;
  const schema = {
    summary: 'Retry a report at once',
    description:
      'Of a report that failed, is missing or waits. If it is being made already, nothing else starts. Refused for one that is there, and while its type is Inactive.',
    tags: ['Reports'],
    params: reportParams,
    response: { 202: reportStarted },
  };
  api.post(
    '/api/reports/:type/:slot/retry',
    { schema, config: { needs: 'change' } },
    async (request, reply) => {
      const { type, slot } = request.params;
      const doc = await findReport(deps, type, slot);
      const { name, status } = await findReportType(deps, type);
      if (doc.status === 'created')
        throw new TributaryError('REPORT_NOT_FAILED', `The report of ${doc.date} is there already.`);
      if (status === 'Inactive') throw new TributaryError('REPORT_TYPE_INACTIVE', `"${name}" is Inactive.`);
      const decision = await reports.start({ type, slot, occasion: 'retry', by: actorOf(request) });
      return reply.code(202).send(startedView(doc, decision));
    },
  );
};
