import { plannedCall } from '../../plans/arguments.ts';
import { withPlan } from '../../plans/plan.ts';
import { actorOf } from '../caller.ts';
import type { Route } from '../deps.ts';
import { findConnection } from '../find.ts';
import { answerProcedure, procedureAnswers, procedureSchema } from '../procedure.ts';
import { plannedBody } from '../schemas/procedures.ts';

/** Begins the wizard anew. */
export const resetConnection: Route = (api, deps) => {
  const schema = {
    ...procedureSchema,
    tags: ['Wizard'],
    summary: 'Reset the wizard of a connection',
    description: `CONFIGURING / INSTALLED: an open session closes, the grant is revoked at the app; settings and parameters stay as defaults. Not once it is finalized. With a grant it needs the token of a plan. ${procedureAnswers}`,
    body: plannedBody,
  };
  api.post('/api/connections/:id/reset', { schema, config: { needs: 'change' } }, async (request, reply) => {
    const { note, planToken } = request.body ?? {};
    const by = actorOf(request);
    const connection = await findConnection(deps, request.params.id);
    const call = { ...plannedCall('resetConfiguration', {}), planToken, by };
    return withPlan(deps, connection, call, () =>
      answerProcedure(deps, reply, connection._id, { name: 'resetConfiguration', by, note }),
    );
  });
};
