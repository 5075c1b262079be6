import { seesCompany } from '../company-limit.ts';
import type { Route } from '../deps.ts';
import { allStatisticsQuery, statistics } from '../schemas/statistics.ts';
import { statisticsView } from '../views/statistics.ts';

/** How much all connections took in. */
export const getStatistics: Route = (api, deps) => {
  const schema = {
    summary: 'Show how much all connections take in',
    description:
      'As for one connection, added up over all of them, those that are disconnected included; of one company or one app on request.',
    tags: ['Connections'],
    querystring: allStatisticsQuery,
    response: { 200: statistics },
  };
  api.get(
    '/api/statistics',
    { schema, config: { needs: 'view', withinCompanies: true } },
    async (request) => {
      const { company, app, ...asked } = request.query;
      const filter = { ...(company === undefined ? {} : { company }), ...(app === undefined ? {} : { app }) };
      const connections = await deps.stores.connections.list(filter);
      return statisticsView(
        deps,
        connections.filter((one) => seesCompany(request, one.company)).map(({ _id }) => _id),
        asked,
      );
    },
  );
};
