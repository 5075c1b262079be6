import type { Route } from '../deps.ts';
import { findConnection, requireMetric } from '../find.ts';
import { cleaningList, cleaningQuery } from '../schemas/cleaning.ts';
import { connectionParams } from '../schemas/common.ts';
import { cleaningView } from '../views/cleaning.ts';

/** What was found in the past of the series. */
export const listCleaning: Route = (api, deps) => {
  const schema = {
    summary: 'List what historical data cleaning found',
    description:
      'Gaps, units, outliers, repeated totals, currencies and restated periods, newest first: rule, raw and cleaned values, how sure it is, and who undid it. Records and raw series are never changed.',
    tags: ['Analysis'],
    params: connectionParams,
    querystring: cleaningQuery,
    response: { 200: cleaningList },
  };
  api.get(
    '/api/connections/:id/cleaning',
    { schema, config: { needs: 'view' } },
    async ({ params, query }) => {
      const connection = await findConnection(deps, params.id);
      const list = await cleaningView(deps, connection, query);
      if (list.looked === 0) requireMetric(deps, connection.app, query.metric);
      return list;
    },
  );
};
