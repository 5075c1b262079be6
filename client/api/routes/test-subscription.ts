import { signingSecrets } from '../../outbound/deliver.ts';
import { testPayload } from '../../outbound/payload.ts';
import { postEvent } from '../../outbound/post.ts';
import type { Route } from '../deps.ts';
import { attemptMade, subscriptionParams } from '../schemas/subscriptions.ts';
import { findSubscription } from '../subscriptions.ts';

const timeoutMs = 15_000;

/** Sends an event of the type Test. */
export const testSubscription: Route = (api, deps) => {
  const schema = {
    summary: 'Send a test event',
    description: 'One event of the type Test, once, at once; the answer says what the receiver said.',
    tags: ['Events'],
    params: subscriptionParams,
    response: { 200: attemptMade },
  };
  api.post('/api/subscriptions/:id/test', { schema, config: { needs: 'change' } }, async ({ params }) => {
    const subscription = await findSubscription(deps, params.id);
    const { egress, now } = deps;
    const payload = testPayload(subscription._id, now());
    const { at, durationMs, status, excerpt, error } = await postEvent(payload, {
      ...{ url: subscription.url, egress, now, timeoutMs },
      secrets: signingSecrets(deps, subscription, now()),
    });
    return {
      ...{ at: at.toISOString(), durationMs, status, excerpt, error },
      ...{ arrived: error === null, eventId: payload.id },
    };
  });
};
