import { checkNames } from '../../../domain/checks.ts';
import type { Route } from '../deps.ts';
import { findConnection, findResource } from '../find.ts';
import { checksQuery, connectionChecks } from '../schemas/checks.ts';
import { connectionParams } from '../schemas/common.ts';
import { historyView } from '../views/check.ts';

/** The checks of a connection over its sessions. */
export const listConnectionChecks: Route = (api, deps) => {
  const schema = {
    summary: 'List the checks of a connection with their history',
    description:
      'The latest result of each check, and its values over the newest sessions. Sessions in which a check was not made are left out.',
    tags: ['Connections'],
    params: connectionParams,
    querystring: checksQuery,
    response: { 200: connectionChecks },
  };
  api.get('/api/connections/:id/checks', { schema, config: { needs: 'view' } }, async ({ params, query }) => {
    const { resource, check, limit } = query;
    const { _id, generation, resources } = await (resource === undefined
      ? findConnection(deps, params.id)
      : findResource(deps, params.id, resource));
    const sessions = await deps.stores.sessions.list({ connectionId: _id, limit });
    const docs = await deps.stores.checks.ofSessions(
      sessions.filter((session) => session.generation === generation).map((session) => session._id),
      resource === undefined ? resources.map(({ id }) => id) : [resource],
      check === undefined ? checkNames : [check],
    );
    return historyView(docs);
  });
};
