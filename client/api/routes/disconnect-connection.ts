import { plannedCall } from '../../plans/arguments.ts';
import { withPlan } from '../../plans/plan.ts';
import { disconnectHasWork } from '../../plans/purges.ts';
import { actorOf } from '../caller.ts';
import type { Route } from '../deps.ts';
import { findConnection } from '../find.ts';
import { notFound } from '../problem.ts';
import { connectionParams } from '../schemas/common.ts';
import { disconnectBody, disconnecting, receipt } from '../schemas/connections.ts';
import { receiptView } from '../views/receipt.ts';

/** Stops the work, revokes the grant at the app, purges, leaves a receipt. */
export const disconnectConnection: Route = (api, deps) => {
  const { stores } = deps;
  const schema = {
    summary: 'Disconnect a connection',
    description:
      'Needs the token of a plan (409 PLAN_REQUIRED, with the plan). 200 with the receipt; 202 when it takes longer than 20 s and goes on by itself. A repeated call changes nothing and has the same receipt; with `keepData: false` it deletes what was kept.',
    tags: ['Connections'],
    params: connectionParams,
    body: disconnectBody,
    response: { 200: receipt, 202: disconnecting },
  };
  api.post(
    '/api/connections/:id/disconnect',
    { schema, config: { needs: 'change' } },
    async (request, reply) => {
      const connection = await findConnection(deps, request.params.id);
      const { _id: id, status, generation } = connection;
      const { keepData, planToken } = request.body ?? {};
      // Without a receipt an earlier disconnect did not end: it is done again.
      const done = status === 'DISCONNECTED' ? await stores.receipts.get(`${id}/${generation}`) : null;
      if (done !== null && !disconnectHasWork(done, keepData)) return reply.code(200).send(receiptView(done));
      const options = { by: actorOf(request), keepData: keepData ?? false };
      const call = plannedCall('disconnect', { keepData: options.keepData });
      const answer = await withPlan(deps, connection, { ...call, planToken, by: options.by }, () =>
        deps.sessions.disconnect(connection, options),
      );
      if (answer.pending) {
        const receiptAt = deps.address(`/api/connections/${id}/receipt`);
        return reply.code(202).send({ pending: true as const, workflowId: answer.workflowId, receiptAt });
      }
      const doc = await stores.receipts.get(answer.outcome.receiptId);
      if (doc === null) throw notFound('receipt', answer.outcome.receiptId);
      return reply.code(200).send(receiptView(doc));
    },
  );
};
