import { actorOf } from '../caller.ts';
import type { Route } from '../deps.ts';
import { findConnection, findDefinition } from '../find.ts';
import { answerProcedure, procedureAnswers, procedureSchema } from '../procedure.ts';
import { settingsBody } from '../schemas/procedures.ts';

/** Settings that may change while the connection works. */
export const updateConnectionSettings: Route = (api, deps) => {
  const schema = {
    ...procedureSchema,
    summary: 'Change the settings of a started or paused connection',
    description: `Time zone, drift policy, deduplication; in force from the next session on. ${procedureAnswers}`,
    body: settingsBody,
  };
  api.post('/api/connections/:id/settings', { schema }, async (request, reply) => {
    const { note, ...rest } = request.body;
    const { app } = await findConnection(deps, request.params.id);
    const given = Object.fromEntries(
      Object.entries(rest).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
    );
    const validate = async () =>
      rest.deduplication === true && findDefinition(deps, app).deduplication === undefined
        ? ({
            responseCode: 'INVALID_INPUT',
            message: `deduplication: the definition of ${app} says of no resource when two records are one.`,
          } as const)
        : null;
    return answerProcedure(deps, reply, request.params.id, {
      ...{ name: 'updateSettings' as const, by: actorOf(request), note, validate },
      arguments: given,
    });
  });
};
