import { rebuildBase } from '../../sync-base/rebuild.ts';
import { actorOf } from '../caller.ts';
import type { Route } from '../deps.ts';
import { syncBaseParams, syncBaseResult } from '../schemas/airtable.ts';
import { findSyncBase, logSyncBase, portsOf, scheduleSyncBase, withPatience } from '../sync-base-calls.ts';
import { syncBaseResultView } from '../views/sync-base.ts';

/** Writes a lost base from the store. */
export const rebuildSyncBase: Route = (api, deps) => {
  const schema = {
    summary: 'Rebuild a SYNC base from the store',
    description:
      'Makes the tables and fields that are missing at once; all rows are written at the next look. A row that is lost does not count as deleted by a person; what a row that is still there has otherwise counts as an edit.',
    tags: ['Airtable'],
    params: syncBaseParams,
    response: { 200: syncBaseResult },
  };
  api.post('/api/airtable/:base/rebuild', { schema, config: { needs: 'develop' } }, async (request) => {
    const doc = await findSyncBase(deps, request.params.base);
    const by = actorOf(request);
    const now = deps.now();
    const result = await withPatience((signal) => rebuildBase(portsOf(deps), doc, { by, now }, signal));
    await logSyncBase(deps, doc._id, by, `${by.id} asked to write the whole SYNC base again.`);
    const late = await scheduleSyncBase(deps, doc._id);
    const view = syncBaseResultView(result, deps.now());
    return { ...view, sentences: ['All rows are written at the next look.', ...view.sentences, ...late] };
  });
};
