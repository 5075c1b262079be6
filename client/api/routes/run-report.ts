import { TributaryError } from '../../../domain/errors.ts';
import { reportDateOf } from '../../../domain/report-type.ts';
import { actorOf } from '../caller.ts';
import type { Route } from '../deps.ts';
import { invalid } from '../problem.ts';
import { findReportType, startedView } from '../report-calls.ts';
import { reportParams, reportStarted } from '../schemas/reports.ts';

/** Makes a report by hand. */
export const runReport: Route = (api, deps) => {
  const { reports, now } = deps;
  const schema = {
    summary: 'Make a report by hand',
    description:
      'Whether it is there or not: a report that is there gets another revision. If it is being made already, nothing else starts. Refused for a date to come, and while its type is Inactive.',
    tags: ['Reports'],
    params: reportParams,
    response: { 202: reportStarted },
  };
  api.post(
    '/api/reports/:type/:slot/run',
    { schema, config: { needs: 'change' } },
    async (request, reply) => {
      const { type, slot } = request.params;
      const { name, status, offset } = await findReportType(deps, type);
      const date = reportDateOf(slot, offset);
      if (date === null) throw invalid({ path: 'params.slot', message: `"${slot}" is no date` });
      if (date > now().toISOString().slice(0, 10))
        throw invalid({ path: 'params.slot', message: `${date} is still to come` });
      if (status === 'Inactive') throw new TributaryError('REPORT_TYPE_INACTIVE', `"${name}" is Inactive.`);
      const decision = await reports.start({ type, slot, occasion: 'hand', by: actorOf(request) });
      return reply.code(202).send(startedView({ date }, decision));
    },
  );
};
