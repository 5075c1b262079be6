import type { Route } from '../deps.ts';
import { findReceipt } from '../find-receipt.ts';
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
  api.get('/api/connections/:id/receipt', { schema, config: { needs: 'view' } }, async ({ params }) =>
    receiptView(await findReceipt(deps, params.id)),
  );
};
