import type { Route } from '../deps.ts';
import { notFound } from '../problem.ts';
import { syncRun, syncRunParams } from '../schemas/sync-runs.ts';
import { findSync } from '../sync-calls.ts';
import { syncRunView } from '../views/sync-run.ts';

/** One run of a sync. */
export const getSyncRun: Route = (api, deps) => {
  const schema = {
    summary: 'Get a run of a sync',
    description:
      'Its ledger, speed, place in the queue, what it needed of the destination, and why it stands as it does.',
    tags: ['Syncs'],
    params: syncRunParams,
    response: { 200: syncRun },
  };
  api.get('/api/sync-runs/:id', { schema, config: { needs: 'view' } }, async ({ params }) => {
    const run = await deps.stores.syncRuns.get(params.id);
    if (run === null) throw notFound('sync run', params.id);
    const { sync } = await findSync(deps, run.syncId);
    return syncRunView(deps, run, sync.destinationId);
  });
};
