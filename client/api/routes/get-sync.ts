import type { Route } from '../deps.ts';
import { sync, syncParams } from '../schemas/syncs.ts';
import { findSync } from '../sync-calls.ts';
import { syncView } from '../views/sync.ts';

/** One sync with its latest run. */
export const getSync: Route = (api, deps) => {
  const schema = {
    summary: 'Get a sync',
    description: 'How it stands, when it runs next, its latest run, and the calls that are possible now.',
    tags: ['Syncs'],
    params: syncParams,
    response: { 200: sync },
  };
  api.get('/api/syncs/:id', { schema, config: { needs: 'view' } }, async ({ params }) =>
    syncView(deps, await findSync(deps, params.id)),
  );
};
