import { withImplied } from '../../../domain/outbound.ts';
import { actorOf } from '../caller.ts';
import type { Route } from '../deps.ts';
import { subscriptionBody, subscriptionMade } from '../schemas/subscriptions.ts';
import { checkAddress, checkFilter, keptSecret, logSubscription, newSecret } from '../subscriptions.ts';
import { subscriptionView } from '../views/subscription.ts';

/** Makes a subscription to events. */
export const createSubscription: Route = (api, deps) => {
  const schema = {
    summary: 'Subscribe to events',
    description:
      'Events that happen from now on are posted to the address, signed as Standard Webhooks say, at least once, those of one connection in their order. The secret is shown in this answer and never again.',
    tags: ['Events'],
    body: subscriptionBody,
    response: { 201: subscriptionMade },
  };
  api.post('/api/subscriptions', { schema, config: { needs: 'change' } }, async (request, reply) => {
    const { id, url, events, companies, apps, connections, note, secret = newSecret() } = request.body;
    checkAddress(deps, url);
    await checkFilter(deps, { companies, connections });
    const at = deps.now();
    const createdBy = actorOf(request);
    const doc = await deps.stores.subscriptions.create({
      ...{ _id: id, url, companies, apps, connections, note, createdBy },
      events: withImplied(events),
      secrets: [keptSecret(deps, id, secret)],
      ...{ enabled: true, disabledReason: null, disabledAt: null, failingSince: null },
      ...{ since: at, wakes: 0, createdAt: at, seq: 0, updatedAt: at },
    });
    await logSubscription(deps, createdBy, id, `${createdBy.id} subscribed ${url} to events.`);
    return reply.code(201).send({ subscription: subscriptionView(doc), secret });
  });
};
