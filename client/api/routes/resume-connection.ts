import { actorOf } from '../caller.ts';
import type { Route } from '../deps.ts';
import { answerProcedure, procedureAnswers, procedureSchema } from '../procedure.ts';
import { noteBody } from '../schemas/procedures.ts';

/** PAUSED to STARTED (document 002). */
export const resumeConnection: Route = (api, deps) => {
  const schema = {
    ...procedureSchema,
    summary: 'Resume a paused connection',
    description: `The held session goes on where it stood, and what came in meanwhile is told of. It may be called again while STARTING. ${procedureAnswers}`,
    body: noteBody,
  };
  api.post('/api/connections/:id/resume', { schema, config: { needs: 'change' } }, async (request, reply) =>
    answerProcedure(deps, reply, request.params.id, {
      name: 'resume',
      by: actorOf(request),
      note: request.body?.note,
    }),
  );
};
