import type { Route } from '../deps.ts';
import { findDefinition } from '../find.ts';
import { app, appParams } from '../schemas/apps.ts';
import { appView } from '../views/app.ts';

/** One app; its secret is never shown. */
export const getApp: Route = (api, deps) => {
  const schema = {
    summary: 'Show an app',
    description: 'Its secret is never shown.',
    tags: ['Apps'],
    params: appParams,
    response: { 200: app },
  };
  api.get(
    '/api/apps/:app',
    { schema, config: { needs: 'view', withinCompanies: true } },
    async ({ params }) =>
      appView(deps, findDefinition(deps, params.app), await deps.stores.apps.get(params.app)),
  );
};
