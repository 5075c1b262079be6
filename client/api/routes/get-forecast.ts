import type { Route } from '../deps.ts';
import { findConnection } from '../find.ts';
import { connectionParams } from '../schemas/common.ts';
import { forecast, forecastQuery } from '../schemas/forecasts.ts';
import { forecastView } from '../views/forecasts.ts';

/** One forecast. */
export const getForecast: Route = (api, deps) => {
  const schema = {
    summary: 'Show a forecast',
    description:
      'Each period with its 80 and 95 % intervals, the models that were tried, what was left out, the last periods that are over, and how earlier forecasts of the same series did.',
    tags: ['Analysis'],
    params: connectionParams,
    querystring: forecastQuery,
    response: { 200: forecast },
  };
  api.get(
    '/api/connections/:id/forecasts/one',
    { schema, config: { needs: 'view' } },
    async ({ params, query }) => forecastView(deps, await findConnection(deps, params.id), query.series),
  );
};
