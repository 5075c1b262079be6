import type { Route } from '../deps.ts';
import { runsQuery, syncRunList } from '../schemas/sync-runs.ts';
import { syncParams } from '../schemas/syncs.ts';
import { findSync } from '../sync-calls.ts';
import { syncRunView } from '../views/sync-run.ts';

/** The runs of a sync, newest first. */
export const listSyncRuns: Route = (api, deps) => {
  const schema = {
    summary: 'List the runs of a sync',
    description: 'Newest first. Give `next` as `before` for the page after.',
    tags: ['Syncs'],
    params: syncParams,
    querystring: runsQuery,
    response: { 200: syncRunList },
  };
  api.get('/api/syncs/:id/runs', { schema, config: { needs: 'view' } }, async ({ params, query }) => {
    const { sync } = await findSync(deps, params.id);
    const { limit, before } = query;
    const found = await deps.stores.syncRuns.list(sync, {
      limit,
      ...(before === undefined ? {} : { before }),
    });
    const last = found.at(-1);
    return {
      runs: await Promise.all(found.map((run) => syncRunView(deps, run, sync.destinationId))),
      next: last !== undefined && last.number > 1 && found.length === limit ? last.number : null,
    };
  });
};
