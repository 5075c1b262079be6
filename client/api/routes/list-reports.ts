import { seesCompany } from '../company-limit.ts';
import type { Route } from '../deps.ts';
import { notFound } from '../problem.ts';
import { findReportType } from '../report-calls.ts';
import { reportList, reportsQuery } from '../schemas/reports.ts';
import { reportView } from '../views/report.ts';

/** Reports by their types. */
export const listReports: Route = (api, deps) => {
  const { stores } = deps;
  const schema = {
    summary: 'List the reports',
    description: 'Grouped by report type, newest slot first.',
    tags: ['Reports'],
    querystring: reportsQuery,
    response: { 200: reportList },
  };
  api.get('/api/reports', { schema, config: { needs: 'view', withinCompanies: true } }, async (request) => {
    const { type, before, limit } = request.query;
    const all = type === undefined ? await stores.reportTypes.list() : [await findReportType(deps, type)];
    const types = all.filter(({ company }) => seesCompany(request, company));
    if (type !== undefined && types.length === 0) throw notFound('report type', type);
    const page = type === undefined ? { limit } : { before, limit };
    return {
      types: await Promise.all(
        types.map(async ({ _id, name }) => ({
          ...{ type: _id, name },
          reports: (await stores.reports.list(_id, page)).map(reportView),
        })),
      ),
    };
  });
};
