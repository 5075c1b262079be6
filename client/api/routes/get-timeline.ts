import { sessionStatusNames } from '../../../domain/session.ts';
import type { Route } from '../deps.ts';
import { findSession } from '../find.ts';
import { sessionParams } from '../schemas/common.ts';
import { timeline } from '../schemas/sessions.ts';

/** Every transition of a session, first one first. */
export const getTimeline: Route = (api, deps) => {
  const schema = {
    summary: 'Show every transition of a session',
    description: 'Every transition: from, to, event, reason, who and when.',
    tags: ['Sessions'],
    params: sessionParams,
    response: { 200: timeline },
  };
  api.get('/api/sessions/:id/timeline', { schema }, async ({ params }) => {
    const { _id: sessionId } = await findSession(deps, params.id);
    const docs = await deps.stores.sessions.timeline(sessionId);
    const entries = docs.map(({ seq, from, to, event, reason, by, at, note }) => ({
      ...{ seq, from, to, name: sessionStatusNames[to], event, reason, by },
      at: at.toISOString(),
      note: note ?? null,
    }));
    return { sessionId, entries };
  });
};
