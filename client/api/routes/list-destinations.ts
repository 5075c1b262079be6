import type { Route } from '../deps.ts';
import { destinationList } from '../schemas/destinations.ts';
import { destinationView } from '../views/destination.ts';

/** Every destination. */
export const listDestinations: Route = (api, deps) => {
  const schema = {
    summary: 'List the destinations',
    description: 'Ordered by id, each with the syncs that deliver to it.',
    tags: ['Destinations'],
    response: { 200: destinationList },
  };
  api.get('/api/destinations', { schema, config: { needs: 'view' } }, async () => {
    const docs = await deps.stores.destinations.list();
    return { destinations: await Promise.all(docs.map((doc) => destinationView(deps, doc))) };
  });
};
