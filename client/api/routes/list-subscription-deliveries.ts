import type { Route } from '../deps.ts';
import { deliveriesQuery, deliveryList, subscriptionParams } from '../schemas/subscriptions.ts';
import { findSubscription } from '../subscriptions.ts';
import { deliveryView } from '../views/subscription.ts';

/** What a subscription was sent. */
export const listSubscriptionDeliveries: Route = (api, deps) => {
  const schema = {
    summary: 'List what a subscription was sent',
    description: 'Newest first: each event that was tried, with its attempts and what the receiver answered.',
    tags: ['Events'],
    params: subscriptionParams,
    querystring: deliveriesQuery,
    response: { 200: deliveryList },
  };
  api.get(
    '/api/subscriptions/:id/deliveries',
    { schema, config: { needs: 'view' } },
    async ({ params, query: { limit, status } }) => {
      const { _id: subscriptionId } = await findSubscription(deps, params.id);
      const filter = { subscriptionId, ...(status === undefined ? {} : { status }) };
      return { deliveries: (await deps.stores.eventDeliveries.list(filter, limit)).map(deliveryView) };
    },
  );
};
