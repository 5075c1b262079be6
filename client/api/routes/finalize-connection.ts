import type { JsonObject } from '../../../domain/json.ts';
import type { ResourceSettingInput } from '../../../stores/model.ts';
import { actorOf } from '../caller.ts';
import type { Route } from '../deps.ts';
import { findConnection, findDefinition } from '../find.ts';
import { answerProcedure, procedureAnswers, procedureSchema } from '../procedure.ts';
import { finalizedResources } from '../resource-settings.ts';
import { finalizeBody } from '../schemas/wizard.ts';
import { inputFault, propertyFaults } from '../wizard.ts';

/** The last step of the wizard: what is loaded, and what the connector itself asks for. */
export const finalizeConnection: Route = (api, deps) => {
  const schema = {
    ...procedureSchema,
    tags: ['Wizard'],
    summary: 'Finalize the configuration of a connection: it starts',
    description: `Everything is checked and the app asked before anything is written. Then STARTED / FINALIZED: Schedules are on, and the session held in 9 goes on, or the first one starts. ${procedureAnswers}`,
    body: finalizeBody,
  };
  api.post(
    '/api/connections/:id/finalize',
    { schema, config: { needs: 'change' } },
    async (request, reply) => {
      const { note, resources, historyStart, properties } = request.body ?? {};
      const connection = await findConnection(deps, request.params.id);
      const definition = findDefinition(deps, connection.app);
      const asked = finalizedResources(definition, connection.resources, {
        resources: resources as readonly ResourceSettingInput[] | undefined,
        historyStart,
      });
      const values = (properties ?? connection.properties ?? {}) as JsonObject;
      const validate = async () => inputFault([...asked.faults, ...propertyFaults(definition, values)]);
      return answerProcedure(deps, reply, request.params.id, {
        ...{ name: 'finalizeConfiguration' as const, by: actorOf(request), note, validate },
        arguments: {
          resources: asked.settings as unknown as JsonObject[],
          ...(definition.finalization === undefined ? {} : { properties: values }),
        },
      });
    },
  );
};
