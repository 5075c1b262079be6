import type { ProcedureAnswer } from '../../../domain/procedures.ts';
import { actorOf } from '../caller.ts';
import type { Route, RouteDeps } from '../deps.ts';
import { findConnection } from '../find.ts';
import { answerProcedure, procedureAnswers, procedureSchema } from '../procedure.ts';
import { poolBody } from '../schemas/procedures.ts';

/** What speaks against a pool; null: nothing. */
export async function poolFault(
  { sessions }: RouteDeps,
  present: string,
  pool: string,
): Promise<ProcedureAnswer | null> {
  if (pool === present)
    return { responseCode: 'POOL_ALREADY_USED', message: `The connection uses pool ${pool} already.` };
  if ((await sessions.poolPollers(pool)) > 0) return null;
  const message = `No worker takes work from pool ${pool}. Start one for it, or check the name.`;
  return { responseCode: 'POOL_INACCESSIBLE', message };
}

/** Document 002: the warehouse of a connector. */
export const updateConnectionPool: Route = (api, deps) => {
  const schema = {
    ...procedureSchema,
    summary: 'Move a paused connection to another worker pool',
    description: `The pool must have a worker that lives (POOL_INACCESSIBLE) and be another one (POOL_ALREADY_USED). ${procedureAnswers}`,
    body: poolBody,
  };
  api.post('/api/connections/:id/pool', { schema, config: { needs: 'change' } }, async (request, reply) => {
    const { pool, note } = request.body;
    const { pool: present } = await findConnection(deps, request.params.id);
    const validate = () => poolFault(deps, present, pool);
    return answerProcedure(deps, reply, request.params.id, {
      ...{ name: 'updatePool' as const, by: actorOf(request), note, validate },
      arguments: { pool },
    });
  });
};
