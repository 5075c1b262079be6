import type { Route } from '../deps.ts';
import { findConnection } from '../find.ts';
import { connectionParams } from '../schemas/common.ts';
import { sessionList, sessionsQuery } from '../schemas/sessions.ts';
import { summaryOf } from '../views/session-summary.ts';

/** The sessions of a connection, newest first. */
export const listSessions: Route = (api, deps) => {
  const schema = {
    summary: 'List the sessions of a connection, newest first',
    description: 'Give the answered `next` as `before` for the next page.',
    tags: ['Sessions'],
    params: connectionParams,
    querystring: sessionsQuery,
    response: { 200: sessionList },
  };
  api.get(
    '/api/connections/:id/sessions',
    { schema, config: { needs: 'view' } },
    async ({ params, query }) => {
      const { _id: connectionId } = await findConnection(deps, params.id);
      const { limit, before } = query;
      const page = { connectionId, limit, ...(before === undefined ? {} : { before }) };
      const docs = await deps.stores.sessions.list(page);
      const last = docs.at(-1)?.number ?? 1;
      return { sessions: docs.map(summaryOf), next: last > 1 ? last : null };
    },
  );
};
