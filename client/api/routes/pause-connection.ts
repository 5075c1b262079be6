import { actorOf } from '../caller.ts';
import type { Route } from '../deps.ts';
import { answerProcedure, procedureAnswers, procedureSchema } from '../procedure.ts';
import { noteBody } from '../schemas/procedures.ts';

/** STARTED to PAUSED (document 002). */
export const pauseConnection: Route = (api, deps) => {
  const schema = {
    ...procedureSchema,
    summary: 'Pause a connection',
    description: `No new session starts, running work stops at a batch border, the open session is held with its timers standing still. It may be called again while PAUSING. ${procedureAnswers}`,
    body: noteBody,
  };
  api.post('/api/connections/:id/pause', { schema, config: { needs: 'change' } }, async (request, reply) =>
    answerProcedure(deps, reply, request.params.id, {
      name: 'pause',
      by: actorOf(request),
      note: request.body?.note,
    }),
  );
};
