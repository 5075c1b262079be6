import type { Route } from '../deps.ts';
import { destination, destinationParams } from '../schemas/destinations.ts';
import { findDestination } from '../sync-input.ts';
import { destinationView } from '../views/destination.ts';

/** One destination. */
export const getDestination: Route = (api, deps) => {
  const schema = {
    summary: 'Get a destination',
    description: 'Its secret is not shown to anybody; `hasSecret` says whether there is one.',
    tags: ['Destinations'],
    params: destinationParams,
    response: { 200: destination },
  };
  api.get('/api/destinations/:id', { schema, config: { needs: 'view' } }, async ({ params }) =>
    destinationView(deps, await findDestination(deps, params.id)),
  );
};
