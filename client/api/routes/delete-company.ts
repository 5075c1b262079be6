import { actorOf } from '../caller.ts';
import type { Route } from '../deps.ts';
import { notFound } from '../problem.ts';
import { companyDeleting, companyParams, companyReceipt, deleteCompanyQuery } from '../schemas/companies.ts';
import { companyReceiptView } from '../views/receipt.ts';

/** Disconnects every connection of a company; one receipt tells of all. */
export const deleteCompany: Route = (api, deps) => {
  const { stores, sessions, address, now } = deps;
  const schema = {
    summary: 'Delete a company',
    description:
      'Disconnects all its connections; from then on it takes no new ones. 200 with the receipt; 202 when it takes longer than 20 s and goes on by itself. A repeated call joins the deletion that runs, and has the same receipt once it has ended. The company stays listed as deleted.',
    tags: ['Companies'],
    params: companyParams,
    querystring: deleteCompanyQuery,
    response: { 200: companyReceipt, 202: companyDeleting },
  };
  api.delete('/api/companies/:id', { schema, config: { needs: 'change' } }, async (request, reply) => {
    const { id } = request.params;
    if ((await stores.companies.get(id)) === null) throw notFound('company', id);
    const keepData = request.query.keepData === 'true';
    const begun = await stores.companies.beginDeletion(id, { by: actorOf(request), keepData, at: now() });
    const receiptId = `${id}/${begun.number}`;
    if (begun.endedAt === null) {
      const { number, by } = begun;
      const request = { companyId: id, number, by, keepData: begun.keepData };
      const answer = await sessions.deleteCompany(request);
      if (answer.pending) {
        const receiptAt = address(`/api/companies/${id}/receipt`);
        return reply.code(202).send({ pending: true as const, workflowId: answer.workflowId, receiptAt });
      }
    }
    const doc = await stores.receipts.ofCompany(receiptId);
    if (doc === null) throw notFound('receipt', receiptId);
    return reply.code(200).send(companyReceiptView(doc));
  });
};
