import { detachBase } from '../../sync-base/detach.ts';
import { actorOf } from '../caller.ts';
import type { Route } from '../deps.ts';
import { syncBaseDetached, syncBaseParams } from '../schemas/airtable.ts';
import { findSyncBase, logSyncBase, portsOf, scheduleSyncBase, withPatience } from '../sync-base-calls.ts';

/** Forgets a SYNC base. */
export const detachSyncBase: Route = (api, deps) => {
  const schema = {
    summary: 'Detach a SYNC base',
    description:
      'It is not read or written any more; it stays in Airtable as it is, and its webhook is deleted there. To attach it again: set it up.',
    tags: ['Airtable'],
    params: syncBaseParams,
    response: { 200: syncBaseDetached },
  };
  api.delete('/api/airtable/:base', { schema, config: { needs: 'develop' } }, async (request) => {
    const doc = await findSyncBase(deps, request.params.base);
    const by = actorOf(request);
    const left = await withPatience((signal) => detachBase(portsOf(deps), doc, signal));
    await logSyncBase(deps, doc._id, by, `${by.id} detached the SYNC base.`);
    const late = await scheduleSyncBase(deps, doc._id);
    const sentence = ['It is not read or written any more.', left, ...late].filter(Boolean).join(' ');
    return { base: doc._id, detached: true as const, sentence };
  });
};
