import type { Route } from '../deps.ts';
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
  api.get('/api/reports', { schema }, async ({ query }) => {
    const { type, before, limit } = query;
    const types = type === undefined ? await stores.reportTypes.list() : [await findReportType(deps, type)];
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
