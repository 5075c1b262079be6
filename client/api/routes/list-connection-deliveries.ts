import type { Route } from '../deps.ts';
import { findConnection } from '../find.ts';
import { connectionParams } from '../schemas/common.ts';
import { deliveriesQuery, deliveryList } from '../schemas/subscriptions.ts';
import { deliveryView } from '../views/subscription.ts';

/** What was sent of a connection. */
export const listConnectionDeliveries: Route = (api, deps) => {
  const schema = {
    summary: 'List what subscriptions were sent of a connection',
    description: 'Newest first: each event that was tried, with its attempts and what the receiver answered.',
    tags: ['Events'],
    params: connectionParams,
    querystring: deliveriesQuery,
    response: { 200: deliveryList },
  };
  api.get(
    '/api/connections/:id/deliveries',
    { schema, config: { needs: 'view' } },
    async ({ params, query: { limit, status } }) => {
      const { _id: connectionId } = await findConnection(deps, params.id);
      const filter = { connectionId, ...(status === undefined ? {} : { status }) };
      return { deliveries: (await deps.stores.eventDeliveries.list(filter, limit)).map(deliveryView) };
    },
  );
};
