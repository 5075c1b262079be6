import { TributaryError } from '../../../domain/errors.ts';
import { syncMachine } from '../../../domain/sync.ts';
import { actorOf } from '../caller.ts';
import type { Route } from '../deps.ts';
import { sync, syncParams } from '../schemas/syncs.ts';
import { findSync, isOpen, together } from '../sync-calls.ts';
import { syncView } from '../views/sync.ts';

/** Disables a sync: it does not run until it is enabled. */
export const disableSync: Route = (api, deps) => {
  const { stores, syncs, syncSchedules, now } = deps;
  const schema = {
    summary: 'Disable a sync',
    description:
      'Its Schedule is paused. A run that delivered nothing yet is canceled, one in progress stops at a batch border and is finished by the first run after enable. May be repeated.',
    tags: ['Syncs'],
    params: syncParams,
    response: { 200: sync },
  };
  api.post('/api/syncs/:id/disable', { schema, config: { needs: 'change' } }, async (request) => {
    const { id } = request.params;
    const { latest } = await findSync(deps, id);
    const after = await stores.syncs.change(id, ({ status }) => {
      const move = syncMachine.advance(status, 'disable');
      if (!move.ok)
        throw new TributaryError('ILLEGAL_MOVE', `${id} cannot be disabled while it is ${status}.`);
      return move.to === status
        ? null
        : { status: move.to, statusReason: null, statusSince: now(), remindedAt: null };
    });
    if (isOpen(latest)) await syncs.pauseRun(id, { reason: 'SYNC_DISABLED', by: actorOf(request) });
    await syncSchedules.apply(after.connectionId);
    return syncView(deps, await together(deps, after));
  });
};
