import { plannedCall } from '../../plans/arguments.ts';
import { makePlan } from '../../plans/plan.ts';
import { actorOf } from '../caller.ts';
import type { Route } from '../deps.ts';
import { findConnection } from '../find.ts';
import { connectionParams } from '../schemas/common.ts';
import { plan, planBody } from '../schemas/plans.ts';

/** What a procedure would do, before it does. */
export const planConnection: Route = (api, deps) => {
  const schema = {
    summary: 'Say what a change of a connection would do',
    description:
      'Changes nothing. The token is for this call with these arguments, once, while the connection stays in its status and generation; calls where data would go need it (409 PLAN_REQUIRED). What has grown meanwhile goes too.',
    tags: ['Lifecycle'],
    params: connectionParams,
    body: planBody,
    response: { 200: plan },
  };
  api.post('/api/connections/:id/plan', { schema, config: { needs: 'change' } }, async (request) => {
    const connection = await findConnection(deps, request.params.id);
    const { procedure, arguments: given } = request.body;
    return makePlan(deps, connection, plannedCall(procedure, given), actorOf(request));
  });
};
