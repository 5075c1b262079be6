import type { Route } from '../deps.ts';
import { findConnection } from '../find.ts';
import { connectionParams } from '../schemas/common.ts';
import { statistics, statisticsQuery } from '../schemas/statistics.ts';
import { statisticsView } from '../views/statistics.ts';

/** How much a connection took in. */
export const getConnectionStatistics: Route = (api, deps) => {
  const schema = {
    summary: 'Show how much a connection takes in',
    description:
      'Sums over a time range, and by hour, by resource or run by run; a run counts in the hour in which it started. Runs that are unusual for this connection say why. Kept for a year.',
    tags: ['Connections'],
    params: connectionParams,
    querystring: statisticsQuery,
    response: { 200: statistics },
  };
  api.get(
    '/api/connections/:id/statistics',
    { schema, config: { needs: 'view' } },
    async ({ params, query }) => {
      const { _id } = await findConnection(deps, params.id);
      return statisticsView(deps, [_id], query);
    },
  );
};
