import type { Route } from '../deps.ts';
import { findSession } from '../find.ts';
import { sessionParams } from '../schemas/common.ts';
import { timeline } from '../schemas/sessions.ts';
import { timelineView } from '../views/timeline.ts';

/** Every transition of a session, first one first. */
export const getTimeline: Route = (api, deps) => {
  const schema = {
    summary: 'Show every transition of a session',
    description: 'Every transition: from, to, event, reason, who and when.',
    tags: ['Sessions'],
    params: sessionParams,
    response: { 200: timeline },
  };
  api.get('/api/sessions/:id/timeline', { schema, config: { needs: 'view' } }, async ({ params }) =>
    timelineView(deps, (await findSession(deps, params.id))._id),
  );
};
