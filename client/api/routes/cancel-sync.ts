import { actorOf } from '../caller.ts';
import type { Route } from '../deps.ts';
import { notFound } from '../problem.ts';
import { runCanceled } from '../schemas/sync-runs.ts';
import { syncParams } from '../schemas/syncs.ts';
import { findSync, orAllowed } from '../sync-calls.ts';
import { deliveredOf, syncRunView } from '../views/sync-run.ts';

/** Cancels the open run of a sync, or the interrupted one. */
export const cancelSync: Route = (api, deps) => {
  const schema = {
    summary: 'Cancel the run of a sync',
    description:
      'Takes effect at a batch border and says what was delivered, which stays delivered. 409 when no run is open or interrupted.',
    tags: ['Syncs'],
    params: syncParams,
    response: { 200: runCanceled },
  };
  api.post('/api/syncs/:id/cancel', { schema, config: { needs: 'change' } }, async (request) => {
    const { id } = request.params;
    const { sync } = await findSync(deps, id);
    const { runId, ledger } = await orAllowed(deps, id, () =>
      deps.syncs.cancelRun(id, { by: actorOf(request) }),
    );
    const run = await deps.stores.syncRuns.get(runId);
    if (run === null) throw notFound('sync run', runId);
    const sentence = `Canceled after ${deliveredOf(ledger)} of ${run.toDeliver ?? ledger.staged} rows were delivered.`;
    return { run: await syncRunView(deps, run, sync.destinationId), sentence };
  });
};
