import { TributaryError } from '../../../domain/errors.ts';
import { currentOf } from '../../refusals.ts';
import { actorOf, idempotencyKeyOf } from '../caller.ts';
import { credentialsEntryId, takeCredentials } from '../connect-form.ts';
import { credentialFaults } from '../credential-faults.ts';
import type { Route } from '../deps.ts';
import { findConnection, findDefinition, latestSession } from '../find.ts';
import { invalid } from '../problem.ts';
import { connectionParams } from '../schemas/common.ts';
import { accepted, credentialsBody } from '../schemas/connections.ts';

/** Takes what a person typed in, encrypted, before the session is told. */
export const submitCredentials: Route = (api, deps) => {
  const schema = {
    summary:
      'Submit the credentials of a connection whose session is in Authorization (6), or ended there (7, 20)',
    description:
      'They are stored encrypted and tested by the session; 202 says that they were received. `GET /api/sessions/:id` tells how it went.',
    tags: ['Connections'],
    params: connectionParams,
    body: credentialsBody,
    response: { 202: accepted },
  };
  api.post(
    '/api/connections/:id/credentials',
    { schema, config: { needs: 'change' } },
    async (request, reply) => {
      const { body } = request;
      const connection = await findConnection(deps, request.params.id);
      const definition = findDefinition(deps, connection.app);
      const { kind } = definition.auth;
      if (kind !== body.kind)
        throw invalid({
          path: 'body.kind',
          message: `must be ${kind}: that is what ${connection.app} takes`,
        });
      const faults = credentialFaults(definition, body, 'body');
      if (faults.length > 0) throw invalid(...faults);
      const session = await latestSession(deps, connection._id);
      const open = session?.closedAt === null ? session : null;
      // Credentials after wrong ones, or too late: that is a retry.
      if (open?.status === 7 || open?.status === 20)
        await deps.sessions.call(open._id, 'retry', { by: actorOf(request) });
      else if (open?.status !== 6)
        throw new TributaryError(
          'ILLEGAL_MOVE',
          `No session of ${connection._id} waits for credentials; authorize it first (tributary connection authorize ${connection._id}).`,
          { current: currentOf(session?.status ?? null), allowed: ['authorize'] },
        );
      const entryId = credentialsEntryId(connection._id, idempotencyKeyOf(request));
      await takeCredentials(deps, connection, body, entryId);
      return reply.code(202).send({ accepted: true as const });
    },
  );
};
