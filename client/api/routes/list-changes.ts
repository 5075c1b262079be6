import { readChanges } from '../changes.ts';
import type { Route } from '../deps.ts';
import { findConnection } from '../find.ts';
import { connectionParams } from '../schemas/common.ts';
import { changes, changesQuery } from '../schemas/records.ts';

/** What synced sessions changed, in order, from a cursor on. */
export const listChanges: Route = (api, deps) => {
  const schema = {
    summary: 'List what changed since a cursor',
    description:
      'Without a cursor from the beginning. Keep the answered cursor and ask with it again: it also waits for what is not there yet.',
    tags: ['Records'],
    params: connectionParams,
    querystring: changesQuery,
    response: { 200: changes },
  };
  api.get(
    '/api/connections/:id/changes',
    { schema, config: { needs: 'readData' } },
    async ({ params, query }) => readChanges(deps, await findConnection(deps, params.id), query),
  );
};
