import type { Route } from '../deps.ts';
import { findConnection } from '../find.ts';
import { connectionParams } from '../schemas/common.ts';
import { webhookSecrets } from '../schemas/webhooks.ts';
import { secretsView } from '../webhooks/secrets.ts';

/** Where a connection's webhooks go, and which secrets they may be signed with. */
export const listWebhookSecrets: Route = (api, deps) => {
  const schema = {
    summary: "List the secrets of a connection's webhooks",
    description: 'Ids and dates, newest first; the secrets themselves are never shown again.',
    tags: ['Webhooks'],
    params: connectionParams,
    response: { 200: webhookSecrets },
  };
  api.get('/api/connections/:id/webhook-secret', { schema, config: { needs: 'view' } }, async ({ params }) =>
    secretsView(deps, await findConnection(deps, params.id)),
  );
};
