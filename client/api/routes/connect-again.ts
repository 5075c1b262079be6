import { TributaryError } from '../../../domain/errors.ts';
import { actorOf } from '../caller.ts';
import type { Route } from '../deps.ts';
import { findConnection } from '../find.ts';
import { inLivingCompany } from '../living-company.ts';
import { type AnsweredProcedure, procedureAnswers, procedureSchema, runProcedure } from '../procedure.ts';
import { noteBody } from '../schemas/procedures.ts';

/** The next generation of a connection that was disconnected (document 002). */
export const connectAgain: Route = (api, deps) => {
  const schema = {
    ...procedureSchema,
    tags: ['Wizard'],
    summary: 'Connect a disconnected connection again',
    description: `CONFIGURING / INSTALLED of the next generation: the old settings are the defaults, credentials are not kept, the numbers of sessions go on. Only once the receipt of the disconnect is there. ${procedureAnswers}`,
    body: noteBody,
  };
  api.post(
    '/api/connections/:id/connect-again',
    { schema, config: { needs: 'change' } },
    async (request, reply) => {
      const { id } = request.params;
      const { company, generation } = await findConnection(deps, id);
      const validate = async () => {
        if ((await deps.stores.receipts.get(`${id}/${generation}`)) !== null) return null;
        throw new TributaryError('ILLEGAL_MOVE', `Connection ${id} is still being disconnected.`, {
          current: 'DISCONNECTED',
          allowed: [],
        });
      };
      const asked = {
        name: 'connectAgain' as const,
        by: actorOf(request),
        note: request.body?.note,
        validate,
      };
      let answer: AnsweredProcedure | undefined;
      await inLivingCompany(deps, company, async () => {
        answer = await runProcedure(deps, id, asked);
        return findConnection(deps, id);
      });
      const { code, body } = answer as unknown as AnsweredProcedure;
      return reply.code(code).send(body as never);
    },
  );
};
