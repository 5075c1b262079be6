import type { Route } from '../deps.ts';
import { findSession } from '../find.ts';
import { sessionParams } from '../schemas/common.ts';
import { sessionDeduplication } from '../schemas/merges.ts';
import { deduplicationView } from '../views/deduplication.ts';

const mostGroups = 100;

/** What a session merged and parted. */
export const getSessionDeduplication: Route = (api, deps) => {
  const schema = {
    summary: 'Show what a session merged',
    description:
      'For each resource that it deduplicated: what it looked at, which records became one and by what, which came back, and values that say nothing.',
    tags: ['Deduplication'],
    params: sessionParams,
    response: { 200: sessionDeduplication },
  };
  api.get('/api/sessions/:id/deduplication', { schema, config: { needs: 'readData' } }, async ({ params }) =>
    deduplicationView(deps, await findSession(deps, params.id), mostGroups),
  );
};
