import { actorOf } from '../caller.ts';
import type { Route } from '../deps.ts';
import { answerProcedure, procedureAnswers, procedureSchema } from '../procedure.ts';
import { recoverBody } from '../schemas/procedures.ts';

/** Forced out of ERROR, or of a procedure that hangs. */
export const recoverConnection: Route = (api, deps) => {
  const schema = {
    ...procedureSchema,
    summary: 'Recover a connection from ERROR, STARTING or PAUSING',
    description: `Takes over a procedure that hangs; who and why stay on the timeline. ${procedureAnswers}`,
    body: recoverBody,
  };
  api.post(
    '/api/connections/:id/recover',
    { schema, config: { needs: 'change' } },
    async (request, reply) => {
      const { to, note } = request.body;
      const by = actorOf(request);
      const validate = async () =>
        to === 'STARTED' || to === 'PAUSED'
          ? null
          : ({
              responseCode: 'INVALID_NEW_STATUS',
              message: `to must be STARTED or PAUSED, not "${to}".`,
            } as const);
      return answerProcedure(deps, reply, request.params.id, {
        ...{ name: 'recover' as const, by, note, validate },
        arguments: { to },
      });
    },
  );
};
