import type { JsonObject } from '../../../domain/json.ts';
import { plannedCall } from '../../plans/arguments.ts';
import { withPlan } from '../../plans/plan.ts';
import { settingsFault } from '../../plans/refusal.ts';
import { actorOf } from '../caller.ts';
import type { Route } from '../deps.ts';
import { findConnection } from '../find.ts';
import { answerProcedure, procedureAnswers, procedureSchema } from '../procedure.ts';
import { settingsBody } from '../schemas/procedures.ts';

/** Settings that may change while the connection works. */
export const updateConnectionSettings: Route = (api, deps) => {
  const schema = {
    ...procedureSchema,
    summary: 'Change the settings of a started or paused connection',
    description: `Those that are named, in force from the next session on. A shorter retention needs the token of a plan. ${procedureAnswers}`,
    body: settingsBody,
  };
  api.post(
    '/api/connections/:id/settings',
    { schema, config: { needs: 'change' } },
    async (request, reply) => {
      const { note, planToken, ...rest } = request.body;
      const by = actorOf(request);
      const connection = await findConnection(deps, request.params.id);
      const given = JSON.parse(JSON.stringify(rest)) as JsonObject;
      const call = plannedCall('updateSettings', given);
      return withPlan(deps, connection, { ...call, planToken, by }, () =>
        answerProcedure(deps, reply, connection._id, {
          ...{ name: 'updateSettings' as const, by, note },
          validate: async () => settingsFault(deps, connection, rest),
          arguments: given,
        }),
      );
    },
  );
};
