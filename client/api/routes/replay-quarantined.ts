import { replaySync } from '../../../activities/quarantine/replay-sync.ts';
import { createSessionRoom } from '../../../activities/quarantine/session-room.ts';
import { createSyncRoom } from '../../../activities/quarantine/sync-room.ts';
import { TributaryError } from '../../../domain/errors.ts';
import { untilSeen } from '../../until-seen.ts';
import { actorOf } from '../caller.ts';
import type { Route } from '../deps.ts';
import { findConnection, latestSession } from '../find.ts';
import { invalid } from '../problem.ts';
import { findQuarantinedSync, quarantinePorts } from '../quarantine.ts';
import { connectionParams } from '../schemas/common.ts';
import { quarantineSyncParams, replayed, replayedSync, selectionBody } from '../schemas/quarantine.ts';
import { checkReady } from './start-session.ts';

/** Starts a session that structures rows of quarantine again. */
export const replayConnectionQuarantine: Route = (api, deps) => {
  const schema = {
    summary: 'Replay rows of the quarantine of a connection',
    description:
      'A session of its own takes the rows through structuring, processing and sync; the app is not asked. An open session goes on first, and is retried if it stands in an error.',
    tags: ['Quarantine'],
    params: connectionParams,
    body: selectionBody,
    response: { 202: replayed },
  };
  api.post(
    '/api/connections/:id/quarantine/replay',
    { schema, config: { needs: 'change' } },
    async (request, reply) => {
      const connection = await findConnection(deps, request.params.id);
      checkReady(connection);
      const { resource: asked, reason, ids } = request.body;
      await createSessionRoom(quarantinePorts(deps), connection).check(request.body);
      const resource = asked ?? ids?.[0]?.split('/')[1] ?? '';
      if (!connection.resources.some(({ id, enabled }) => id === resource && enabled))
        throw invalid({ path: 'body.resource', message: `"${resource}" is not enabled` });
      const replay = {
        resource,
        ...(reason === undefined ? {} : { reason }),
        ...(ids === undefined ? {} : { ids }),
      };
      const scope = { resources: [resource], replay };
      const before = await latestSession(deps, connection._id);
      const { runId } = await deps.sessions.requestSession(connection, { by: actorOf(request), scope });
      const open = before?.closedAt === null ? before._id : null;
      if (runId === null) return reply.code(202).send({ sessionId: null, after: open });
      const begun = await untilSeen(deps.waitMs, async () => {
        const latest = await latestSession(deps, connection._id);
        return latest?.runIds.includes(runId) ? latest : null;
      });
      const replays = begun?.scope.replay !== undefined;
      return reply.code(202).send({
        sessionId: replays ? begun._id : null,
        after: replays ? null : (begun?._id ?? null),
      });
    },
  );
};

/** Gives rows of a sync another try. */
export const replaySyncQuarantine: Route = (api, deps) => {
  const schema = {
    summary: 'Replay rows of the quarantine of a sync',
    description: 'They are pending again: the next run delivers them. 409 while a run is open or paused.',
    tags: ['Quarantine'],
    params: quarantineSyncParams,
    body: selectionBody,
    response: { 200: replayedSync },
  };
  api.post('/api/syncs/:id/quarantine/replay', { schema, config: { needs: 'change' } }, async (request) => {
    const sync = await findQuarantinedSync(deps, request.params.id);
    if (sync.status === 'disabled') throw new TributaryError('SYNC_DISABLED');
    const connection = await findConnection(deps, sync.connectionId);
    if (connection.generation !== sync.generation || connection.ownCode === 26)
      throw new TributaryError('CONNECTION_DISCONNECTED');
    await createSyncRoom(quarantinePorts(deps), connection, sync).check(request.body);
    return { rows: await replaySync(quarantinePorts(deps), sync, request.body, actorOf(request)) };
  });
};
