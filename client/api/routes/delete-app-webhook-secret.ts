import type { Route } from '../deps.ts';
import { findDefinition } from '../find.ts';
import { notFound } from '../problem.ts';
import { app, webhookSecretParams } from '../schemas/apps.ts';
import { appView } from '../views/app.ts';

/** Ends a rotation: what an old webhook secret signs is no longer taken. */
export const deleteAppWebhookSecret: Route = (api, deps) => {
  const schema = {
    summary: 'Remove a webhook secret of an app',
    description: 'What it signs is refused from then on.',
    tags: ['Apps'],
    params: webhookSecretParams,
    response: { 200: app },
  };
  api.delete(
    '/api/apps/:app/webhook-secrets/:secret',
    { schema, config: { needs: 'change' } },
    async ({ params }) => {
      const definition = findDefinition(deps, params.app);
      const doc = await deps.stores.apps.change(definition.id, (before) => {
        const kept = before?.webhookSecrets?.filter(({ id }) => id !== params.secret) ?? [];
        if (before === null || kept.length === (before.webhookSecrets ?? []).length)
          throw notFound('webhook secret', params.secret, `of app ${definition.id}`);
        return { ...before, webhookSecrets: kept, updatedAt: deps.now() };
      });
      return appView(deps, definition, doc);
    },
  );
};
