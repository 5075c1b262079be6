import type { Route } from '../deps.ts';
import { subscriptionList } from '../schemas/subscriptions.ts';
import { subscriptionView } from '../views/subscription.ts';

/** Every subscription. */
export const listSubscriptions: Route = (api, { stores }) => {
  const schema = {
    summary: 'List the subscriptions to events',
    description: 'Ordered by id, each with whether it is enabled, and since when nothing arrives.',
    tags: ['Events'],
    response: { 200: subscriptionList },
  };
  api.get('/api/subscriptions', { schema, config: { needs: 'view' } }, async () => ({
    subscriptions: (await stores.subscriptions.list()).map(subscriptionView),
  }));
};
