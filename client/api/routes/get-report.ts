import type { Route } from '../deps.ts';
import { findReport } from '../report-calls.ts';
import { reportDetail, reportParams, rowsQuery } from '../schemas/reports.ts';
import { reportView, revisionView } from '../views/report.ts';

/** One report with its revisions and rows. */
export const getReport: Route = (api, deps) => {
  const { stores } = deps;
  const schema = {
    summary: 'Get a report',
    description:
      'Where it stands, its revisions with what each changed row by row, and the rows of the current one.',
    tags: ['Reports'],
    params: reportParams,
    querystring: rowsQuery,
    response: { 200: reportDetail },
  };
  api.get(
    '/api/reports/:type/:slot',
    { schema, config: { needs: 'readData' } },
    async ({ params, query }) => {
      const doc = await findReport(deps, params.type, params.slot);
      const { mongoId, revision } = doc;
      const revisions = await stores.reports.revisions(doc._id);
      const rows = mongoId === null ? [] : await stores.reportRows.of(doc.type).page(mongoId, query);
      return {
        report: reportView(doc),
        // One of a run that did not end counts for nothing.
        revisions: revisions.filter(({ number }) => number <= revision).map(revisionView),
        rows: rows.map(({ key, data }) => ({ key, data })),
        next: rows.length < query.limit ? null : (rows.at(-1)?.key ?? null),
      };
    },
  );
};
