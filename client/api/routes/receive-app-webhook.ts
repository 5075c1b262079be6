import { z } from 'zod';
import { readEvents, type WebhookEvent } from '../../../connectors/webhooks/events.ts';
import type { ConnectionDoc } from '../../../stores/model.ts';
import type { Route } from '../deps.ts';
import { findDefinition } from '../find.ts';
import { slug } from '../schemas/common.ts';
import { deliveryBody, received } from '../schemas/webhooks.ts';
import { accountParameters } from '../webhooks/account.ts';
import { webhookBytes, withRawBody } from '../webhooks/bytes.ts';
import { storeEvents } from '../webhooks/store-events.ts';
import { createProof, deliveryOf, requireProof, webhooksOf } from '../webhooks/verify.ts';

/** What an app with one address for all its customers tells us: each event goes to the connections of its account. */
export const receiveAppWebhook: Route = (api, deps) => {
  const prove = createProof(deps);
  const schema = {
    summary: 'Receive a webhook of an app with one address',
    description:
      "The definition's `webhooks.account` finds the connection: by the account that it was authorized for, or a parameter of it. Events of unknown accounts are counted and not stored.",
    tags: ['Webhooks'],
    params: z.object({ app: slug.describe('App id') }),
    body: deliveryBody,
    response: { 200: received },
  };
  withRawBody(api, (raw) => {
    const options = { schema, config: { open: true }, bodyLimit: webhookBytes };
    raw.post('/api/webhooks/:app', options, async (request) => {
      const { app } = request.params;
      const definition = findDefinition(deps, app);
      const webhooks = webhooksOf(definition);
      await requireProof(webhooks, request, deps.authenticate);
      const delivery = deliveryOf(request, deps.address);
      await prove(definition, webhooks, delivery, null);
      const events = readEvents(definition, delivery.headers, delivery.rawBody);

      const total = { new: 0, known: 0, ignored: 0, unknownAccounts: 0 };
      for (const [account, own] of byAccount(events)) {
        const names = accountParameters(definition);
        const connections: readonly ConnectionDoc[] =
          account === undefined ? [] : await deps.stores.connections.ofAccount(app, account, names);
        if (connections.length === 0) total.unknownAccounts += own.length;
        for (const connection of connections) {
          const counts = await storeEvents(deps, connection, own);
          total.new += counts.new;
          total.known += counts.known;
          total.ignored += counts.ignored;
        }
      }
      const { unknownAccounts } = total;
      if (unknownAccounts > 0)
        deps.log.warn({ app, unknownAccounts }, 'a webhook speaks of accounts that no connection has');
      const stored = total.new + total.ignored > 0;
      return { stored, ...total };
    });
  });
};

function byAccount(events: readonly WebhookEvent[]): Map<string | undefined, WebhookEvent[]> {
  const groups = new Map<string | undefined, WebhookEvent[]>();
  for (const event of events) {
    const group = groups.get(event.account);
    if (group === undefined) groups.set(event.account, [event]);
    else group.push(event);
  }
  return groups;
}
