import type { Route } from '../deps.ts';
import { findConnection } from '../find.ts';
import { invalid } from '../problem.ts';
import { connectionParams } from '../schemas/common.ts';
import { webhookList, webhookQuery } from '../schemas/webhooks.ts';
import { webhookViews } from '../views/webhook.ts';

/** What the app told of a connection, and what became of it. */
export const listWebhooks: Route = (api, deps) => {
  const schema = {
    summary: 'List the webhooks of a connection',
    description:
      'Newest first, each with its state and why: waiting, taken (by which session), late, out of order, ignored, superseded or expired. Kept for 7 days after that. Never their contents.',
    tags: ['Webhooks'],
    params: connectionParams,
    querystring: webhookQuery,
    response: { 200: webhookList },
  };
  api.get(
    '/api/connections/:id/webhooks',
    { schema, config: { needs: 'view' } },
    async ({ params, query }) => {
      const connection = await findConnection(deps, params.id);
      const { limit, before: id } = query;
      const before = id === undefined ? undefined : await deps.stores.inbox.get(id);
      if (before === null || (before !== undefined && before.connectionId !== params.id))
        throw invalid({ path: 'querystring.before', message: 'is no webhook of this connection' });
      const entries = await deps.stores.inbox.list(params.id, { limit: limit + 1, before });
      const shown = entries.slice(0, limit);
      return {
        webhooks: await webhookViews(deps, connection, shown),
        next: entries.length > limit ? (shown.at(-1)?._id ?? null) : null,
      };
    },
  );
};
