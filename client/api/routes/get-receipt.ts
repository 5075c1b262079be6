import { TributaryError } from '../../../domain/errors.ts';
import type { Route } from '../deps.ts';
import { findConnection } from '../find.ts';
import { connectionParams } from '../schemas/common.ts';
import { receipt } from '../schemas/connections.ts';
import { receiptView } from '../views/receipt.ts';

/** What the newest disconnect deleted. */
export const getReceipt: Route = (api, deps) => {
  const schema = {
    summary: 'Show the receipt of the newest disconnect',
    description: 'What was deleted, with counts and hashes.',
    tags: ['Connections'],
    params: connectionParams,
    response: { 200: receipt },
  };
  api.get('/api/connections/:id/receipt', { schema }, async ({ params }) => {
    const { _id: id, generation } = await findConnection(deps, params.id);
    const { receipts } = deps.stores;
    // A connection that was connected again is one generation further.
    const doc =
      (await receipts.get(`${id}/${generation}`)) ?? (await receipts.get(`${id}/${generation - 1}`));
    if (doc === null)
      throw new TributaryError('NOT_FOUND', `Connection "${id}" has no receipt: it was not disconnected.`);
    return receiptView(doc);
  });
};
