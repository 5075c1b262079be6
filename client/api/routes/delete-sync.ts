import { TributaryError } from '../../../domain/errors.ts';
import { syncMachine } from '../../../domain/sync.ts';
import { actorOf } from '../caller.ts';
import type { Route } from '../deps.ts';
import { syncParams, syncRemoved } from '../schemas/syncs.ts';
import { findSync, isOpen } from '../sync-calls.ts';

/** Deletes a sync with its runs; what the destination has stays there. */
export const deleteSync: Route = (api, deps) => {
  const { stores, syncs, syncSchedules } = deps;
  const schema = {
    summary: 'Delete a sync',
    description:
      'A run that is open is canceled at its batch border first. Runs, their timeline and what is known of each row go with the sync; rows at the destination stay.',
    tags: ['Syncs'],
    params: syncParams,
    response: { 200: syncRemoved },
  };
  api.delete('/api/syncs/:id', { schema, config: { needs: 'change' } }, async (request) => {
    const { sync, latest } = await findSync(deps, request.params.id);
    const { _id, destinationId, connectionId } = sync;
    // From here on nothing starts.
    const after = await stores.syncs.change(_id, ({ status }) => {
      const move = syncMachine.advance(status, 'disable');
      return move.ok && move.to !== status ? { status: move.to, statusSince: deps.now() } : null;
    });
    if (isOpen(latest))
      await syncs.cancelRun(_id, { by: actorOf(request), reason: 'SYNC_DELETED' }).catch((error: unknown) => {
        // It ended in this moment.
        if (!(error instanceof TributaryError && error.code === 'ILLEGAL_MOVE')) throw error;
      });
    await stores.syncs.remove(_id);
    await syncSchedules.apply(connectionId);
    await stores.destinations.leave(destinationId, [_id]);
    await stores.syncRecords.of(_id).purge();
    await stores.syncRuns.purge(after);
    return {
      id: _id,
      removed: true as const,
      effects: [`What was delivered to ${destinationId} stays there.`],
    };
  });
};
