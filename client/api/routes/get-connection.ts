import type { Route } from '../deps.ts';
import { findConnection } from '../find.ts';
import { connectionParams } from '../schemas/common.ts';
import { connection } from '../schemas/connections.ts';
import { connectionView } from '../views/connection.ts';

/** One connection with its latest session. */
export const getConnection: Route = (api, deps) => {
  const schema = {
    summary: 'Show a connection',
    description: 'Lifecycle status, public code and label, resources and the latest session.',
    tags: ['Connections'],
    params: connectionParams,
    response: { 200: connection },
  };
  api.get('/api/connections/:id', { schema, config: { needs: 'view' } }, async ({ params }) =>
    connectionView(deps, await findConnection(deps, params.id)),
  );
};
