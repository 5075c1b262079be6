import type { Route } from '../deps.ts';
import { procedureAnswers, procedureSchema } from '../procedure.ts';
import { answerResourceChange } from '../resource-change.ts';
import { configurationParams, removalQuery } from '../schemas/resources.ts';

/** Removes an ingestion configuration of a resource. */
export const deleteIngestionConfiguration: Route = (api, deps) => {
  const schema = {
    ...procedureSchema,
    summary: 'Remove an ingestion configuration of a resource',
    description: `Its cursor stays: another configuration goes on from there. A resource without any is read by calls and webhooks only. ${procedureAnswers}`,
    params: configurationParams,
    querystring: removalQuery,
  };
  const path = '/api/connections/:id/resources/:resource/configurations/:configuration';
  api.delete(path, { schema, config: { needs: 'change' } }, async (request, reply) => {
    const { id, resource, configuration: remove } = request.params;
    return answerResourceChange(deps, request, reply, {
      ...{ id, change: { resource, remove }, note: request.query.note },
    });
  });
};
