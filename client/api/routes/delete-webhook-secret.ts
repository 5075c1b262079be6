import type { Route } from '../deps.ts';
import { findConnection } from '../find.ts';
import { notFound } from '../problem.ts';
import { webhookSecretParams, webhookSecrets } from '../schemas/webhooks.ts';
import { secretsView } from '../webhooks/secrets.ts';

/** Takes a secret of a connection's webhooks away. */
export const deleteWebhookSecret: Route = (api, deps) => {
  const schema = {
    summary: "Remove a secret of a connection's webhooks",
    description: 'What is signed with it is refused from now on.',
    tags: ['Webhooks'],
    params: webhookSecretParams,
    response: { 200: webhookSecrets },
  };
  api.delete(
    '/api/connections/:id/webhook-secret/:secret',
    { schema, config: { needs: 'change' } },
    async ({ params }) => {
      const connection = await findConnection(deps, params.id);
      if (!connection.webhookSecrets.some(({ id }) => id === params.secret))
        throw notFound('webhook secret', params.secret, `of connection ${params.id}`);
      const after = await deps.stores.connections.change(params.id, (doc) => ({
        webhookSecrets: doc.webhookSecrets.filter(({ id }) => id !== params.secret),
      }));
      return secretsView(deps, after);
    },
  );
};
