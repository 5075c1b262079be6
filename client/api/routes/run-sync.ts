import { actorOf } from '../caller.ts';
import type { Route } from '../deps.ts';
import { runBody, runStarted } from '../schemas/sync-runs.ts';
import { syncParams } from '../schemas/syncs.ts';
import { findSync, orAllowed } from '../sync-calls.ts';
import { syncRunView } from '../views/sync-run.ts';

/** Starts a run of a sync. */
export const runSync: Route = (api, deps) => {
  const schema = {
    summary: 'Run a sync now',
    description:
      'What changed since its last run; `kind: resync` sends everything once more, or one record (`key`); `kind: test` sends one record and leaves the status of the sync alone. A run that was interrupted is finished first. 202: no worker has begun it yet. 409 names the present status and the allowed calls.',
    tags: ['Syncs'],
    params: syncParams,
    body: runBody,
    response: { 200: runStarted, 202: runStarted },
  };
  api.post('/api/syncs/:id/run', { schema, config: { needs: 'change' } }, async (request, reply) => {
    const { id } = request.params;
    const { kind = 'run', key } = request.body ?? {};
    const by = actorOf(request);
    const { runId } = await orAllowed(deps, id, () =>
      deps.syncs.startRun(id, { by, kind, ...(key === undefined ? {} : { key }) }),
    );
    const run = runId === null ? null : await deps.stores.syncRuns.get(runId);
    const { sync } = await findSync(deps, id);
    const shown = run === null ? null : await syncRunView(deps, run, sync.destinationId);
    return reply.code(runId === null ? 202 : 200).send({ runId, pending: runId === null, run: shown });
  });
};
