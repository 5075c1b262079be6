import type { Route } from '../deps.ts';
import { findConnection } from '../find.ts';
import { connectionParams } from '../schemas/common.ts';
import { connectionStatus } from '../schemas/wizard.ts';
import { statusView } from '../views/status.ts';

/** getStatus of document 002. */
export const getConnectionStatus: Route = (api, deps) => {
  const schema = {
    summary: 'Say where a connection stands, and what is next',
    description:
      'The true status, the view of document 002 (reportedStatus), how far the wizard is, and which call does the next step.',
    tags: ['Lifecycle'],
    params: connectionParams,
    response: { 200: connectionStatus },
  };
  api.get('/api/connections/:id/status', { schema, config: { needs: 'view' } }, async ({ params }) =>
    statusView(deps, await findConnection(deps, params.id)),
  );
};
