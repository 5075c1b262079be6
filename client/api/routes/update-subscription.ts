import { incidentOf } from '../../../activities/alerts.ts';
import { withImplied } from '../../../domain/outbound.ts';
import { startedAnew } from '../../outbound/queue.ts';
import { actorOf } from '../caller.ts';
import type { Route } from '../deps.ts';
import { subscription, subscriptionChange, subscriptionParams } from '../schemas/subscriptions.ts';
import { checkAddress, checkFilter, findSubscription, logSubscription } from '../subscriptions.ts';
import { subscriptionView } from '../views/subscription.ts';

/** Changes a subscription. */
export const updateSubscription: Route = (api, deps) => {
  const { stores, now } = deps;
  const schema = {
    summary: 'Change a subscription to events',
    description:
      'What is left out stays. Disabled, nothing is sent; enabled again, it goes on with what waits, as far as events are kept. What failed is tried at once, and for three days anew, when it is enabled or has another address.',
    tags: ['Events'],
    params: subscriptionParams,
    body: subscriptionChange,
    response: { 200: subscription },
  };
  api.post('/api/subscriptions/:id', { schema, config: { needs: 'change' } }, async (request) => {
    const { url, events, enabled, note, companies, apps, connections } = request.body;
    const { _id } = await findSubscription(deps, request.params.id);
    if (url !== undefined) checkAddress(deps, url);
    await checkFilter(deps, { companies: companies ?? null, connections: connections ?? null });
    const by = actorOf(request);
    const switched = (was: boolean) =>
      enabled === undefined || enabled === was
        ? {}
        : {
            enabled,
            failingSince: null,
            disabledReason: enabled ? null : `${by.id} disabled it.`,
            disabledAt: enabled ? null : now(),
          };
    const after = await stores.subscriptions.change(_id, (doc) => ({
      ...switched(doc.enabled),
      ...(url === undefined ? {} : { url }),
      ...(events === undefined ? {} : { events: withImplied(events) }),
      ...(companies === undefined ? {} : { companies }),
      ...(apps === undefined ? {} : { apps }),
      ...(connections === undefined ? {} : { connections }),
      ...(note === undefined ? {} : { note }),
      wakes: doc.wakes + 1,
    }));
    // Nobody mends something to wait for hours.
    if (enabled === true || url !== undefined)
      for (const queue of await stores.eventDeliveries.queuesOf(_id))
        await stores.eventDeliveries.changeQueue(queue._id, (one) => startedAnew(one, now()));
    if (enabled === true)
      await stores.alerts.settle(incidentOf.subscription(_id), `${by.id} enabled it again.`);
    await logSubscription(deps, by, _id, `${by.id} changed ${Object.keys(request.body).join(', ')}.`);
    return subscriptionView(after);
  });
};
