import type { Route } from '../deps.ts';
import { findConnection, shownDefinition } from '../find.ts';
import { invalid } from '../problem.ts';
import { procedureAnswers, procedureSchema } from '../procedure.ts';
import { answerResourceChange, askedChange } from '../resource-change.ts';
import { resourceBody, resourceParams } from '../schemas/resources.ts';

/** Enables or disables a resource, or changes what is read of it. */
export const updateResource: Route = (api, deps) => {
  const schema = {
    ...procedureSchema,
    summary: 'Change a resource of a connection',
    description: `Enables or disables it, or changes where its history starts and which fields are stored; from the next session on. Its cursor stays. The last enabled resource cannot be disabled: pause the connection instead. ${procedureAnswers}`,
    params: resourceParams,
    body: resourceBody,
  };
  api.post(
    '/api/connections/:id/resources/:resource',
    { schema, config: { needs: 'change' } },
    async (request, reply) => {
      const { id, resource } = request.params;
      const { note, enabled, historyStart, fields } = request.body;
      const definition = shownDefinition(deps, (await findConnection(deps, id)).app);
      const { change, faults } = askedChange(definition, { resource, enabled, historyStart, fields });
      if (faults.length > 0) throw invalid(...faults);
      return answerResourceChange(deps, request, reply, { id, change, note });
    },
  );
};
