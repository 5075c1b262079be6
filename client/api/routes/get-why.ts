import type { Route } from '../deps.ts';
import { findSession } from '../find.ts';
import { sessionParams } from '../schemas/common.ts';
import { why } from '../schemas/sessions.ts';
import { whyView } from '../views/session.ts';

/** One sentence: what a session waits for, until when, what happens then, and which call unblocks it. */
export const getWhy: Route = (api, deps) => {
  const schema = {
    summary: 'Say what a session waits for and which call unblocks it',
    description:
      'One sentence: what it waits for, until when, what happens then, and which call moves it on.',
    tags: ['Sessions'],
    params: sessionParams,
    response: { 200: why },
  };
  api.get('/api/sessions/:id/why', { schema, config: { needs: 'view' } }, async ({ params }) =>
    whyView(deps, await findSession(deps, params.id)),
  );
};
