import type { Route } from '../deps.ts';
import { findSession } from '../find.ts';
import { sessionParams } from '../schemas/common.ts';
import { session } from '../schemas/sessions.ts';
import { sessionView } from '../views/session.ts';

/** One session: status, sentence, how far each resource is, ledger. */
export const getSession: Route = (api, deps) => {
  const schema = {
    summary: 'Show a session',
    description: 'Status, sentence, progress of each resource, substages and row counts.',
    tags: ['Sessions'],
    params: sessionParams,
    response: { 200: session },
  };
  api.get('/api/sessions/:id', { schema, config: { needs: 'view' } }, async ({ params }) =>
    sessionView(deps, await findSession(deps, params.id)),
  );
};
