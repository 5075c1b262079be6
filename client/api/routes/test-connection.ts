import { testSource } from '../../../activities/lifecycle/test-source.ts';
import { errors, TributaryError } from '../../../domain/errors.ts';
import type { Route } from '../deps.ts';
import { findConnection, findDefinition } from '../find.ts';
import { connectionParams } from '../schemas/common.ts';
import { connectionTest } from '../schemas/wizard.ts';

/** A person waits for it. */
const longestMs = 45_000;

/** Asks the app whether it takes the grant of a connection. */
export const testConnectionRoute: Route = (api, deps) => {
  const schema = {
    summary: 'Test a connection',
    description:
      'At any time and in any status that has a grant: says what was asked, how long it took, and the words of the app where it refuses. Nothing is written, but for a token that had to be refreshed.',
    tags: ['Connections'],
    params: connectionParams,
    response: { 200: connectionTest },
  };
  api.post('/api/connections/:id/test', { schema, config: { needs: 'change' } }, async ({ params }) => {
    const connection = await findConnection(deps, params.id);
    const grant = await deps.stores.grants.get(connection._id, connection.generation);
    if (grant === null || connection.ownCode === 26)
      throw new TributaryError(
        'CONNECTION_NOT_READY',
        `Connection ${connection._id} has no grant to be tested.`,
        { reason: 'NOT_AUTHORIZED', current: connection.status },
      );
    const definition = findDefinition(deps, connection.app);
    const signal = AbortSignal.timeout(longestMs);
    const { exchange, durationMs, failure } = await testSource(deps, connection, definition, signal);
    return {
      ok: failure === null,
      asked: exchange && { method: exchange.method, url: exchange.url, status: exchange.status },
      durationMs,
      failure: failure && {
        code: failure.code,
        message: failure.message,
        whatToDo: errors[failure.code].whatToDo,
      },
    };
  });
};
