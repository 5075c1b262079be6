import { actorOf } from '../caller.ts';
import type { Route } from '../deps.ts';
import { answerProcedure, procedureAnswers, procedureSchema } from '../procedure.ts';
import { noteBody } from '../schemas/procedures.ts';

/** On to the next step of the wizard, whatever is marked. */
export const completePrerequisites: Route = (api, deps) => {
  const schema = {
    ...procedureSchema,
    tags: ['Wizard'],
    summary: 'Leave the step of the prerequisites',
    description: `They are optional: those that are not marked hold nothing up. ${procedureAnswers}`,
    body: noteBody,
  };
  api.post(
    '/api/connections/:id/complete-prerequisites',
    { schema, config: { needs: 'change' } },
    async (request, reply) =>
      answerProcedure(deps, reply, request.params.id, {
        name: 'completePrerequisitesStep',
        by: actorOf(request),
        note: request.body?.note,
      }),
  );
};
