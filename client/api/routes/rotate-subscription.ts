import { actorOf } from '../caller.ts';
import type { Route } from '../deps.ts';
import { rotateBody, subscriptionMade, subscriptionParams } from '../schemas/subscriptions.ts';
import { findSubscription, keptSecret, logSubscription, newSecret } from '../subscriptions.ts';
import { subscriptionView } from '../views/subscription.ts';

const hourMs = 3_600_000;

/** Gives a subscription a new secret. */
export const rotateSubscription: Route = (api, deps) => {
  const { stores, now } = deps;
  const schema = {
    summary: 'Rotate the secret of a subscription',
    description:
      'The new secret is shown in this answer and never again. During the overlap events carry a signature of each.',
    tags: ['Events'],
    params: subscriptionParams,
    body: rotateBody,
    response: { 200: subscriptionMade },
  };
  api.post('/api/subscriptions/:id/rotate', { schema, config: { needs: 'change' } }, async (request) => {
    const { _id } = await findSubscription(deps, request.params.id);
    const secret = newSecret();
    const fresh = keptSecret(deps, _id, secret);
    const at = now();
    const ends = new Date(at.getTime() + request.body.overlapHours * hourMs);
    const doc = await stores.subscriptions.change(_id, ({ secrets }) => ({
      secrets: [
        fresh,
        ...secrets
          .filter(({ expiresAt }) => expiresAt === null || expiresAt > at)
          .map((one) => ({
            ...one,
            expiresAt: one.expiresAt !== null && one.expiresAt < ends ? one.expiresAt : ends,
          }))
          .filter(({ expiresAt }) => expiresAt > at),
      ],
    }));
    const by = actorOf(request);
    await logSubscription(deps, by, _id, `${by.id} rotated its secret.`);
    return { subscription: subscriptionView(doc), secret };
  });
};
