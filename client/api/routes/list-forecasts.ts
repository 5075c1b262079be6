import type { Route } from '../deps.ts';
import { findConnection, requireMetric } from '../find.ts';
import { connectionParams } from '../schemas/common.ts';
import { forecastList, forecastsQuery } from '../schemas/forecasts.ts';
import { forecastsView } from '../views/forecasts.ts';

/** What is expected of the metrics of a connection. */
export const listForecasts: Route = (api, deps) => {
  const schema = {
    summary: 'List the forecasts of a connection',
    description:
      'One for each metric and each of the main values of its dimensions: what is expected next, by which method, and how well that did on the past. A series without a forecast says why.',
    tags: ['Analysis'],
    params: connectionParams,
    querystring: forecastsQuery,
    response: { 200: forecastList },
  };
  api.get(
    '/api/connections/:id/forecasts',
    { schema, config: { needs: 'view' } },
    async ({ params, query }) => {
      const connection = await findConnection(deps, params.id);
      const list = await forecastsView(deps, connection, query);
      if (list.metrics.length === 0) requireMetric(deps, connection.app, query.metric);
      return list;
    },
  );
};
