import { seesCompany } from '../company-limit.ts';
import type { Route } from '../deps.ts';
import { connectionList, connectionsQuery } from '../schemas/connections.ts';
import { connectionView } from '../views/connection.ts';

/** Every connection, ordered by id; of one company or app. */
export const listConnections: Route = (api, deps) => {
  const schema = {
    summary: 'List the connections',
    description:
      'All of them, ordered by id, each with its latest session; of one company or one app on request.',
    tags: ['Connections'],
    querystring: connectionsQuery,
    response: { 200: connectionList },
  };
  api.get(
    '/api/connections',
    { schema, config: { needs: 'view', withinCompanies: true } },
    async (request) => {
      const { company, app } = request.query;
      const filter = { ...(company === undefined ? {} : { company }), ...(app === undefined ? {} : { app }) };
      const all = await deps.stores.connections.list(filter);
      const docs = all.filter((one) => seesCompany(request, one.company));
      return { connections: await Promise.all(docs.map((doc) => connectionView(deps, doc))) };
    },
  );
};
