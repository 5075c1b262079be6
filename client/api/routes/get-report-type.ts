import type { Route } from '../deps.ts';
import { findReportType } from '../report-calls.ts';
import { reportType, reportTypeParams } from '../schemas/reports.ts';
import { reportTypeView } from '../views/report.ts';

/** One report type. */
export const getReportType: Route = (api, deps) => {
  const schema = {
    summary: 'Get a report type',
    description: 'Its settings, and where its rows come from.',
    tags: ['Reports'],
    params: reportTypeParams,
    response: { 200: reportType },
  };
  api.get('/api/report-types/:id', { schema, config: { needs: 'view' } }, async ({ params }) =>
    reportTypeView(await findReportType(deps, params.id)),
  );
};
