import { seesCompany } from '../company-limit.ts';
import type { Route } from '../deps.ts';
import { reportTypeList } from '../schemas/reports.ts';
import { reportTypeView } from '../views/report.ts';

/** Every report type. */
export const listReportTypes: Route = (api, { stores }) => {
  const schema = {
    summary: 'List the report types',
    description: 'Ordered by id, each with its settings.',
    tags: ['Reports'],
    response: { 200: reportTypeList },
  };
  api.get(
    '/api/report-types',
    { schema, config: { needs: 'view', withinCompanies: true } },
    async (request) => ({
      reportTypes: (await stores.reportTypes.list())
        .filter(({ company }) => seesCompany(request, company))
        .map(reportTypeView),
    }),
  );
};
