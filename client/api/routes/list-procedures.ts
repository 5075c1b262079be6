import type { Route } from '../deps.ts';
import { findConnection } from '../find.ts';
import { connectionParams } from '../schemas/common.ts';
import { procedureList, proceduresQuery } from '../schemas/procedures.ts';
import { procedureView } from '../views/procedure.ts';

/** What people did to a connection, newest first. */
export const listProcedures: Route = (api, deps) => {
  const schema = {
    summary: 'List the lifecycle procedures of a connection',
    description: 'Newest first: who called what and why, each step with its time, and the answer.',
    tags: ['Lifecycle'],
    params: connectionParams,
    querystring: proceduresQuery,
    response: { 200: procedureList },
  };
  api.get(
    '/api/connections/:id/procedures',
    { schema, config: { needs: 'view' } },
    async ({ params, query }) => {
      const connection = await findConnection(deps, params.id);
      const { fence = 0 } = connection;
      const docs = await deps.stores.procedures.list(connection._id, { fence, limit: query.limit });
      return { procedures: docs.map((doc) => procedureView(doc, connection)) };
    },
  );
};
