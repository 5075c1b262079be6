import { incidentOf } from '../../../activities/alerts.ts';
import { actorOf } from '../caller.ts';
import type { Route } from '../deps.ts';
import { subscriptionParams, subscriptionRemoved } from '../schemas/subscriptions.ts';
import { findSubscription, logSubscription } from '../subscriptions.ts';

/** Deletes a subscription with its log. */
export const deleteSubscription: Route = (api, deps) => {
  const { stores } = deps;
  const schema = {
    summary: 'Remove a subscription to events',
    description: 'Nothing is sent any more, what waits included; its log of deliveries is deleted.',
    tags: ['Events'],
    params: subscriptionParams,
    response: { 200: subscriptionRemoved },
  };
  api.delete('/api/subscriptions/:id', { schema, config: { needs: 'change' } }, async (request) => {
    const { _id } = await findSubscription(deps, request.params.id);
    const by = actorOf(request);
    // Disabled first: a sender that is at it stops before its outbox goes.
    await stores.subscriptions.change(_id, () => ({ enabled: false }));
    await stores.eventDeliveries.removeAll(_id);
    await stores.subscriptions.remove(_id);
    await stores.alerts.settle(incidentOf.subscription(_id), `${by.id} removed it.`);
    await logSubscription(deps, by, _id, `${by.id} removed the subscription.`);
    return { id: _id, removed: true as const };
  });
};
