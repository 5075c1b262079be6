import { TributaryError } from '../../../domain/errors.ts';
import type { ConnectionDoc } from '../../../stores/model.ts';
import { untilSeen } from '../../until-seen.ts';
import { actorOf } from '../caller.ts';
import type { Route } from '../deps.ts';
import { findConnection, latestSession, shownDefinition } from '../find.ts';
import { invalid } from '../problem.ts';
import { connectionParams } from '../schemas/common.ts';
import { pass, passBody } from '../schemas/sessions.ts';
import { scopeFaults, scopeOf } from '../scope.ts';

/** @throws {TributaryError} CONNECTION_HELD or CONNECTION_NOT_READY with the reason */
export function checkReady({ _id, status, authorized, ownCode }: ConnectionDoc): void {
  if (status === 'PAUSED' || status === 'PAUSING')
    throw new TributaryError('CONNECTION_HELD', `Connection ${_id} is ${status}.`, { current: status });
  const refuse = (reason: string, message: string) =>
    new TributaryError('CONNECTION_NOT_READY', `Connection ${_id} ${message}.`, { reason, current: status });
  if (status === 'DISCONNECTED')
    throw new TributaryError(
      'CONNECTION_DISCONNECTED',
      `Connection ${_id} was disconnected: connect it again.`,
    );
  if (status !== 'STARTED') throw refuse('CONNECTION_NOT_STARTED', `is ${status}`);
  if (!authorized || ownCode === 8) throw refuse('NOT_AUTHORIZED', 'has no valid grant: authorize it');
}

/** Starts a pass; a session that closed in an error is continued by it. */
export const startSession: Route = (api, deps) => {
  const schema = {
    summary: 'Start a session (a pass)',
    description:
      '202 with the id of the session. One that closed in an error goes on under its own number. 409 SESSION_OPEN names the open one.',
    tags: ['Sessions'],
    params: connectionParams,
    body: passBody,
    response: { 202: pass },
  };
  api.post(
    '/api/connections/:id/sessions',
    { schema, config: { needs: 'change' } },
    async (request, reply) => {
      const connection = await findConnection(deps, request.params.id);
      checkReady(connection);
      const asked = request.body?.scope ?? {};
      const faults = scopeFaults(asked, connection, shownDefinition(deps, connection.app));
      if (faults.length > 0) throw invalid(...faults);
      const scope = scopeOf(asked);
      const by = actorOf(request);
      const { runId } = await deps.sessions.startSession(connection, { kind: 'load', by, scope });
      const begun = await untilSeen(deps.waitMs, async () => {
        const latest = await latestSession(deps, connection._id);
        return latest?.runIds.includes(runId) ? latest : null;
      });
      return reply.code(202).send({ sessionId: begun?._id ?? null, runId });
    },
  );
};
