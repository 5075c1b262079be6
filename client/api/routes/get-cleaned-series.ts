import type { Route } from '../deps.ts';
import { findConnection } from '../find.ts';
import { cleanedSeries, cleanedSeriesQuery } from '../schemas/cleaning.ts';
import { connectionParams } from '../schemas/common.ts';
import { cleanedSeriesView } from '../views/cleaning.ts';

/** Raw and cleaned side by side. */
export const getCleanedSeries: Route = (api, deps) => {
  const schema = {
    summary: 'Show a series raw and cleaned',
    description: 'Every period with its raw and its cleaned value, and the change that lies between them.',
    tags: ['Analysis'],
    params: connectionParams,
    querystring: cleanedSeriesQuery,
    response: { 200: cleanedSeries },
  };
  api.get(
    '/api/connections/:id/cleaning/series',
    { schema, config: { needs: 'view' } },
    async ({ params, query }) => cleanedSeriesView(deps, await findConnection(deps, params.id), query.series),
  );
};
