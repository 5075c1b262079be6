import type { Route } from '../deps.ts';
import { procedureAnswers, procedureSchema } from '../procedure.ts';
import { answerResourceChange } from '../resource-change.ts';
import { configurationBody, configurationParams } from '../schemas/resources.ts';

/** Adds an ingestion configuration to a resource, or changes one. */
export const putIngestionConfiguration: Route = (api, deps) => {
  const schema = {
    ...procedureSchema,
    summary: 'Add or change an ingestion configuration of a resource',
    description: `A resource without any of its own has the configuration "default", which follows the connection; it stays beside the new one until it is removed. A resource is never read twice at a time: what comes while a session is open runs next. ${procedureAnswers}`,
    params: configurationParams,
    body: configurationBody,
  };
  const path = '/api/connections/:id/resources/:resource/configurations/:configuration';
  api.put(path, { schema, config: { needs: 'change' } }, async (request, reply) => {
    const { id, resource, configuration } = request.params;
    const { note, ...rest } = request.body;
    const change = { resource, configuration: { id: configuration, ...rest } };
    return answerResourceChange(deps, request, reply, { id, change, note });
  });
};
