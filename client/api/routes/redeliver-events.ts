import { queueId } from '../../../stores/event-deliveries.ts';
import { askedAgain } from '../../outbound/queue.ts';
import type { Route } from '../deps.ts';
import { notFound } from '../problem.ts';
import { redeliverBody, redelivered, subscriptionParams } from '../schemas/subscriptions.ts';
import { findSubscription } from '../subscriptions.ts';

/** Sends events again. */
export const redeliverEvents: Route = (api, deps) => {
  const { stores, now } = deps;
  const schema = {
    summary: 'Send events again',
    description:
      'One, or all that were given up since a time. Each has the id that it had, and is tried for three days once more. Later events do not wait for it.',
    tags: ['Events'],
    params: subscriptionParams,
    body: redeliverBody,
    response: { 200: redelivered },
  };
  api.post(
    '/api/subscriptions/:id/redeliver',
    { schema, config: { needs: 'change' } },
    async ({ params, body }) => {
      const { _id, enabled } = await findSubscription(deps, params.id);
      let asked = 0;
      const ask = async (connectionId: string, sequences: readonly number[]) => {
        if (sequences.length === 0) return;
        await stores.eventDeliveries.changeQueue(queueId(_id, connectionId), (queue) =>
          askedAgain(queue, sequences, now()),
        );
        asked += sequences.length;
      };
      if (body.delivery !== undefined) {
        const known = await stores.eventDeliveries.get(body.delivery);
        if (known === null || known.subscriptionId !== _id) throw notFound('delivery', body.delivery);
        await ask(known.connectionId, [known.sequence]);
      } else {
        const since = new Date(body.failedSince ?? now());
        for (const queue of await stores.eventDeliveries.queuesOf(_id)) {
          const failed = queue.failed.filter(({ at }) => at >= since).map(({ sequence }) => sequence);
          const connectionId = queue._id.slice(_id.length + 1);
          await ask(connectionId, failed);
        }
      }
      if (asked > 0) await stores.subscriptions.change(_id, ({ wakes }) => ({ wakes: wakes + 1 }));
      return { asked, enabled };
    },
  );
};
