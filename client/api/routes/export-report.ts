import { Readable } from 'node:stream';
import type { Route } from '../deps.ts';
import { findReport } from '../report-calls.ts';
import { reportCsv } from '../report-rows.ts';
import { reportParams } from '../schemas/reports.ts';

/** The rows of a report as CSV. */
export const exportReport: Route = (api, deps) => {
  const schema = {
    summary: 'Export the rows of a report as CSV',
    description:
      "The rows of the current revision, a column a field. Texts that a spreadsheet would run as a formula get a ' in front.",
    tags: ['Reports'],
    produces: ['text/csv'],
    params: reportParams,
  };
  api.get(
    '/api/reports/:type/:slot/rows.csv',
    { schema, config: { needs: 'readData' } },
    async ({ params }, reply) => {
      const doc = await findReport(deps, params.type, params.slot);
      return reply
        .type('text/csv; charset=utf-8')
        .header(
          'content-disposition',
          `attachment; filename="${doc.type}-${doc.slot.replace(/:/g, '-')}.csv"`,
        )
        .send(Readable.from(reportCsv(deps, doc)));
    },
  );
};
