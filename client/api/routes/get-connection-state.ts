import type { Route } from '../deps.ts';
import { findConnection } from '../find.ts';
import { connectionParams } from '../schemas/common.ts';
import { keyedValues } from '../schemas/wizard.ts';
import { stateView } from '../views/status.ts';

/** Document 002's view of STATE.APP_STATE. */
export const getConnectionState: Route = (api, deps) => {
  const schema = {
    summary: 'Show what is stored of the state of a connection',
    description:
      'Keys with their values, and when each was written last (document 002). Nobody writes them directly.',
    tags: ['Lifecycle'],
    params: connectionParams,
    response: { 200: keyedValues },
  };
  api.get('/api/connections/:id/state', { schema, config: { needs: 'view' } }, async ({ params }) =>
    stateView(await findConnection(deps, params.id)),
  );
};
