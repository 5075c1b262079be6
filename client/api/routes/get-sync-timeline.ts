import type { Route } from '../deps.ts';
import { notFound } from '../problem.ts';
import { syncRunParams, syncTimeline } from '../schemas/sync-runs.ts';

/** Every change of status of a run. */
export const getSyncTimeline: Route = (api, { stores }) => {
  const schema = {
    summary: 'Get the timeline of a run of a sync',
    description: 'Every change of its status: when, by whom, why. First one first.',
    tags: ['Syncs'],
    params: syncRunParams,
    response: { 200: syncTimeline },
  };
  api.get('/api/sync-runs/:id/timeline', { schema, config: { needs: 'view' } }, async ({ params }) => {
    if ((await stores.syncRuns.get(params.id)) === null) throw notFound('sync run', params.id);
    const entries = await stores.syncRuns.timeline(params.id);
    return {
      runId: params.id,
      entries: entries.map(({ _id: _, at, ...entry }) => ({ ...entry, at: at.toISOString() })),
    };
  });
};
