import type { Route } from '../deps.ts';
import { subscription, subscriptionParams } from '../schemas/subscriptions.ts';
import { findSubscription } from '../subscriptions.ts';
import { subscriptionView } from '../views/subscription.ts';

/** One subscription. */
export const getSubscription: Route = (api, deps) => {
  const schema = {
    summary: 'Show a subscription to events',
    description: 'With its filter, its state, and when its secrets were made.',
    tags: ['Events'],
    params: subscriptionParams,
    response: { 200: subscription },
  };
  api.get('/api/subscriptions/:id', { schema, config: { needs: 'view' } }, async ({ params }) =>
    subscriptionView(await findSubscription(deps, params.id)),
  );
};
