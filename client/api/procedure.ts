import type { FastifyReply } from 'fastify';
import { procedurePath } from '../lifecycle-answers.ts';
import type { ProcedureRequest } from '../lifecycle-port.ts';
import type { RouteDeps } from './deps.ts';
import { findConnection } from './find.ts';
import { connectionParams } from './schemas/common.ts';
import { procedurePending, procedureResult } from './schemas/procedures.ts';

/** What every route of a procedure says of itself. */
export const procedureSchema = {
  tags: ['Lifecycle'],
  params: connectionParams,
  response: { 200: procedureResult, 202: procedurePending },
};

/** How every procedure answers; each route says first what it does. */
export const procedureAnswers =
  '202: it takes longer than 20 s and goes on by itself. 409 PROCEDURE_RUNNING names the one that runs, other refusals carry `responseCode`.';

/** Runs a procedure of a connection and answers with its end, or with where to look for it. */
export async function answerProcedure(
  deps: RouteDeps,
  reply: FastifyReply,
  id: string,
  request: ProcedureRequest,
) {
  const connection = await findConnection(deps, id);
  const outcome = await deps.sessions.procedure(connection, request);
  if (outcome.pending) {
    const { number } = outcome;
    const procedureAt = deps.address(procedurePath(id, number));
    return reply.code(202).send({ pending: true as const, number, procedureAt });
  }
  // What came in while the connection stood still is told of at once.
  if (outcome.result.status === 'STARTED') deps.dispatcher.nudge(id);
  return reply.code(200).send(outcome.result);
}
