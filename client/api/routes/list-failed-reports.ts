import { seesCompany } from '../company-limit.ts';
import type { Route } from '../deps.ts';
import { failedReports } from '../schemas/reports.ts';
import { reportView } from '../views/report.ts';

/** Reports that failed and that nobody cleared. */
export const listFailedReports: Route = (api, { stores }) => {
  const schema = {
    summary: 'List the failed reports',
    description:
      'Reports whose failure nobody cleared, with kind and reason. Real-time ones are not here: they clear themselves with their next success.',
    tags: ['Reports'],
    response: { 200: failedReports },
  };
  api.get(
    '/api/failed-reports',
    { schema, config: { needs: 'view', withinCompanies: true } },
    async (request) => ({
      reports: (await stores.reports.failed())
        .filter(({ realTime, company }) => !realTime && seesCompany(request, company))
        .map(reportView),
    }),
  );
};
