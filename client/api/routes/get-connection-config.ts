import type { Route } from '../deps.ts';
import { findConnection } from '../find.ts';
import { connectionParams } from '../schemas/common.ts';
import { keyedValues } from '../schemas/wizard.ts';
import { configView } from '../views/status.ts';

/** Document 002's view of STATE.APP_CONFIG. */
export const getConnectionConfig: Route = (api, deps) => {
  const schema = {
    summary: 'Show what is stored of the configuration of a connection',
    description:
      'Keys with their values, and when each was written last (document 002). Nobody writes them directly; no secret is among them.',
    tags: ['Lifecycle'],
    params: connectionParams,
    response: { 200: keyedValues },
  };
  api.get('/api/connections/:id/config', { schema, config: { needs: 'view' } }, async ({ params }) =>
    configView(await findConnection(deps, params.id)),
  );
};
