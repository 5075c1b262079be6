import { actorOf } from '../caller.ts';
import type { Route } from '../deps.ts';
import { answerProcedure, procedureAnswers, procedureSchema } from '../procedure.ts';
import { noteBody } from '../schemas/procedures.ts';

/** Everything that a person does at the app first is done. */
export const markPrerequisites: Route = (api, deps) => {
  const schema = {
    ...procedureSchema,
    tags: ['Wizard'],
    summary: 'Mark all prerequisites as done',
    description: `The step is done with it (PREREQUISITES_DONE). ${procedureAnswers}`,
    body: noteBody,
  };
  api.post(
    '/api/connections/:id/mark-prerequisites',
    { schema, config: { needs: 'change' } },
    async (request, reply) =>
      answerProcedure(deps, reply, request.params.id, {
        name: 'markAllPrerequisitesDone',
        by: actorOf(request),
        note: request.body?.note,
      }),
  );
};
