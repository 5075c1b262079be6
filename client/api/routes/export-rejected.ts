import { Readable } from 'node:stream';
import type { Route } from '../deps.ts';
import { rejectedCsv } from '../rejected-csv.ts';
import { syncParams } from '../schemas/syncs.ts';
import { findSync } from '../sync-calls.ts';

/** The rejected and quarantined rows of a sync as CSV. */
export const exportRejected: Route = (api, deps) => {
  const schema = {
    summary: 'Export the rejected rows of a sync as CSV',
    description:
      "Rows that the destination refused or that went to quarantine, each with the destination's own words and its fields. Texts that a spreadsheet would run as a formula get a ' in front.",
    tags: ['Syncs'],
    produces: ['text/csv'],
    params: syncParams,
  };
  api.get(
    '/api/syncs/:id/rejected.csv',
    { schema, config: { needs: 'readData' } },
    async ({ params }, reply) => {
      const { sync } = await findSync(deps, params.id);
      return reply
        .type('text/csv; charset=utf-8')
        .header('content-disposition', `attachment; filename="${sync._id}-rejected.csv"`)
        .send(Readable.from(rejectedCsv(deps, sync)));
    },
  );
};
