import { TributaryError } from '../../../domain/errors.ts';
import { guardProcedure } from '../../../domain/procedures.ts';
import { refusedBy } from '../../lifecycle-answers.ts';
import { boundStatus } from '../../plans/tokens.ts';
import { authorize } from '../authorization.ts';
import { actorOf } from '../caller.ts';
import type { Route } from '../deps.ts';
import { findConnection } from '../find.ts';
import { connectionParams } from '../schemas/common.ts';
import { authorized } from '../schemas/connections.ts';

/** A new consent link, or where to submit credentials; opens or retries the session where that is needed. */
export const authorizeConnection: Route = (api, deps) => {
  const schema = {
    summary: 'Authorize a connection, or authorize it again',
    description:
      'Answers with a consent link for the person who consents, or says where credentials are posted. An open session in 7 or 20 is retried; where none is open a new one is started, and no data is loaded until it is authorized or canceled.',
    tags: ['Connections'],
    params: connectionParams,
    response: { 200: authorized },
  };
  api.post('/api/connections/:id/authorize', { schema, config: { needs: 'change' } }, async (request) => {
    const connection = await findConnection(deps, request.params.id);
    if (connection.status === 'DISCONNECTED')
      throw new TributaryError(
        'ILLEGAL_MOVE',
        `Connection ${connection._id} is disconnected: connect it again.`,
        {
          current: connection.status,
          allowed: ['connect'],
        },
      );
    const { configurationStatus } = connection;
    const status = boundStatus(connection);
    const name = status === 'CONFIGURING' ? 'setConnectionConfiguration' : 'reauthorize';
    const guarded = guardProcedure(name, { status, configurationStatus });
    if (guarded.responseCode !== 'OK') refusedBy(guarded, connection);
    return authorize(deps, connection, actorOf(request));
  });
};
