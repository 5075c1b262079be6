import { z } from 'zod';
import { readEvents } from '../../../connectors/webhooks/events.ts';
import { TributaryError } from '../../../domain/errors.ts';
import type { Route } from '../deps.ts';
import { findDefinition } from '../find.ts';
import { notFound } from '../problem.ts';
import { slug } from '../schemas/common.ts';
import { deliveryBody, received } from '../schemas/webhooks.ts';
import { webhookBytes, withRawBody } from '../webhooks/bytes.ts';
import { createSharedRead } from '../webhooks/shared-read.ts';
import { isOfAccount, storeEvents } from '../webhooks/store-events.ts';
import { createProof, deliveryOf, requireProof, webhooksOf } from '../webhooks/verify.ts';

/** What an app tells us of one connection: stored, encrypted, before the app is answered and the session told. */
export const receiveWebhook: Route = (api, deps) => {
  const prove = createProof(deps);
  // A storm of hooks of one connection reads it once for all that come at the same time.
  const connectionOf = createSharedRead((id) => deps.stores.connections.get(id));
  const schema = {
    summary: 'Receive a webhook of an app',
    description:
      "Takes the app's signature in the place of the token, where the definition says how it signs. Answers 200 once the events are stored (some apps take nothing else for a yes); `stored` says whether anything was new. Forged or unsigned 401, a disconnected connection 410, over 5 MB 413.",
    tags: ['Webhooks'],
    params: z.object({ app: slug.describe('App id'), connection: slug.describe('Connection id') }),
    body: deliveryBody,
    response: { 200: received },
  };
  withRawBody(api, (raw) => {
    const options = { schema, config: { open: true }, bodyLimit: webhookBytes };
    raw.post('/api/webhooks/:app/:connection', options, async (request) => {
      const { app, connection: id } = request.params;
      const definition = findDefinition(deps, app);
      const webhooks = webhooksOf(definition);
      await requireProof(webhooks, request, deps.authenticate);
      const connection = await connectionOf(id);
      if (connection?.app !== app) {
        // Who cannot sign is not told which connections there are.
        if (webhooks.signature.kind !== 'none') throw new TributaryError('WEBHOOK_REFUSED');
        throw notFound('connection', id, `at the app ${app}`);
      }
      if (connection.status === 'DISCONNECTED')
        throw new TributaryError('CONNECTION_DISCONNECTED', `Connection ${id} was disconnected.`);
      const delivery = deliveryOf(request, deps.address);
      await prove(definition, webhooks, delivery, connection);
      const events = readEvents(definition, delivery.headers, delivery.rawBody);
      const own = events.filter((event) => isOfAccount(event, connection, definition));
      const counts = await storeEvents(deps, connection, own);
      const stored = counts.new + counts.ignored > 0;
      const unknownAccounts = events.length - own.length;
      return { stored, ...counts, unknownAccounts };
    });
  });
};
