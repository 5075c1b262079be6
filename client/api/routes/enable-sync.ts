import { TributaryError } from '../../../domain/errors.ts';
import { syncMachine } from '../../../domain/sync.ts';
import type { Route } from '../deps.ts';
import { sync, syncParams } from '../schemas/syncs.ts';
import { findSync, isDisconnected, orAllowed, together } from '../sync-calls.ts';
import { syncView } from '../views/sync.ts';

/** Enables a disabled sync. */
export const enableSync: Route = (api, deps) => {
  const { stores, now } = deps;
  const schema = {
    summary: 'Enable a sync',
    description:
      'From disabled to pending; its Schedule runs again. Refused while its connection is disconnected. 409 names the present status and the allowed calls.',
    tags: ['Syncs'],
    params: syncParams,
    response: { 200: sync },
  };
  api.post('/api/syncs/:id/enable', { schema, config: { needs: 'change' } }, async ({ params: { id } }) =>
    orAllowed(deps, id, async () => {
      const { connection } = await findSync(deps, id);
      if (connection === null || isDisconnected(connection))
        throw new TributaryError('CONNECTION_DISCONNECTED', `The connection of ${id} is disconnected.`);
      const { generation } = connection;
      const after = await stores.syncs.change(id, (before) => {
        const move = syncMachine.advance(before.status, 'enable');
        if (!move.ok)
          throw new TributaryError('ILLEGAL_MOVE', `${id} is ${before.status}: there is nothing to enable.`);
        // Connected again: it begins anew with the records of the new generation.
        const fresh = before.generation === generation ? {} : { generation, staged: null };
        return { ...fresh, status: move.to, statusReason: null, statusSince: now(), remindedAt: null };
      });
      await deps.syncSchedules.apply(after.connectionId);
      return syncView(deps, await together(deps, after));
    }),
  );
};
