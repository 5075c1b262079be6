import type { Route } from '../deps.ts';
import { findConnection } from '../find.ts';
import { notFound } from '../problem.ts';
import { procedure, procedureParams } from '../schemas/procedures.ts';
import { procedureView } from '../views/procedure.ts';

/** One lifecycle procedure: its steps so far, and its answer once it has ended. */
export const getProcedure: Route = (api, deps) => {
  const schema = {
    summary: 'Show a lifecycle procedure',
    description: 'Where a 202 points to: the steps so far, and the answer once it has ended.',
    tags: ['Lifecycle'],
    params: procedureParams,
    response: { 200: procedure },
  };
  api.get(
    '/api/connections/:id/procedures/:number',
    { schema, config: { needs: 'view' } },
    async ({ params }) => {
      const connection = await findConnection(deps, params.id);
      const doc = await deps.stores.procedures.get(connection._id, Number(params.number));
      if (doc === null) throw notFound('procedure', params.number, `of connection ${connection._id}`);
      return procedureView(doc, connection);
    },
  );
};
