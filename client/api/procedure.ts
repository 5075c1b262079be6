import type { FastifyReply } from 'fastify';
import { procedurePath } from '../lifecycle-answers.ts';
import type { ProcedureRequest } from '../lifecycle-port.ts';
import type { RouteDeps } from './deps.ts';
import { findConnection } from './find.ts';
import { connectionParams } from './schemas/common.ts';
import {
  type ProcedureAnswerView,
  type ProcedurePending,
  procedurePending,
  procedureResult,
} from './schemas/procedures.ts';

/** What every route of a procedure says of itself. */
export const procedureSchema = {
  tags: ['Lifecycle'],
  params: connectionParams,
  response: { 200: procedureResult, 202: procedurePending },
};

/** How every procedure answers; each route says first what it does. */
export const procedureAnswers =
  '202: it takes longer than 20 s and goes on by itself. 409 PROCEDURE_RUNNING names the one that runs, other refusals carry `responseCode`.';

/** How a procedure is answered: its end, or where to look for it. */
export type AnsweredProcedure =
  | { readonly code: 200; readonly body: ProcedureAnswerView }
  | { readonly code: 202; readonly body: ProcedurePending };

/** Runs a procedure of a connection. */
export async function runProcedure(
  deps: RouteDeps,
  id: string,
  request: ProcedureRequest,
): Promise<AnsweredProcedure> {
  const connection = await findConnection(deps, id);
  const outcome = await deps.sessions.procedure(connection, request);
  if (outcome.pending) {
    const { number } = outcome;
    return {
      code: 202,
      body: { pending: true, number, procedureAt: deps.address(procedurePath(id, number)) },
    };
  }
  // What came in while the connection stood still is told of at once.
  if (outcome.result.status === 'STARTED') deps.dispatcher.nudge(id);
  return { code: 200, body: outcome.result };
}

/** Runs a procedure of a connection and answers with its end, or with where to look for it. */
export async function answerProcedure(
  deps: RouteDeps,
  reply: FastifyReply,
  id: string,
  request: ProcedureRequest,
) {
  const { code, body } = await runProcedure(deps, id, request);
  return reply.code(code).send(body);
}
