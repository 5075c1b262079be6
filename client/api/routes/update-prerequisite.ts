import { prerequisiteUnknown } from '../../../activities/lifecycle/steps.ts';
import { actorOf } from '../caller.ts';
import type { Route } from '../deps.ts';
import { findConnection, findDefinition } from '../find.ts';
import { answerProcedure, procedureAnswers, procedureSchema } from '../procedure.ts';
import { prerequisiteBody, prerequisiteParams } from '../schemas/wizard.ts';

/** Marks one thing that a person does at the app first. */
export const updatePrerequisite: Route = (api, deps) => {
  const schema = {
    ...procedureSchema,
    tags: ['Wizard'],
    params: prerequisiteParams,
    summary: 'Mark a prerequisite as done, or as not done',
    description: `With the last one the step is done (PREREQUISITES_DONE). ${procedureAnswers}`,
    body: prerequisiteBody,
  };
  api.post(
    '/api/connections/:id/prerequisites/:prerequisite',
    { schema, config: { needs: 'change' } },
    async (request, reply) => {
      const { id, prerequisite } = request.params;
      const { done = true, note } = request.body ?? {};
      const { app } = await findConnection(deps, id);
      const validate = async () =>
        findDefinition(deps, app).prerequisites.some((one) => one.id === prerequisite)
          ? null
          : prerequisiteUnknown(prerequisite, app);
      return answerProcedure(deps, reply, id, {
        ...{ name: 'updatePrerequisite' as const, by: actorOf(request), note, validate },
        arguments: { id: prerequisite, done },
      });
    },
  );
};
