import type { Route } from '../deps.ts';
import { sendHtml } from '../pages.ts';
import { findReport } from '../report-calls.ts';
import { reportPage } from '../report-rows.ts';
import { reportParams } from '../schemas/reports.ts';

/** A report as a page. */
export const showReport: Route = (api, deps) => {
  const schema = {
    summary: 'Show a report as a page',
    description: 'Where the report stands and its first 1,000 rows, as plain HTML without script.',
    tags: ['Reports'],
    produces: ['text/html'],
    params: reportParams,
  };
  api.get(
    '/api/reports/:type/:slot/page',
    { schema, config: { needs: 'readData' } },
    async ({ params }, reply) =>
      sendHtml(reply, 200, await reportPage(deps, await findReport(deps, params.type, params.slot))),
  );
};
