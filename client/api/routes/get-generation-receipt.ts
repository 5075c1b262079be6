import type { Route } from '../deps.ts';
import { findReceipt } from '../find-receipt.ts';
import { receipt } from '../schemas/connections.ts';
import { receiptParams } from '../schemas/receipts.ts';
import { receiptView } from '../views/receipt.ts';

/** The receipt of one generation of a connection. */
export const getGenerationReceipt: Route = (api, deps) => {
  const schema = {
    summary: 'Show a receipt',
    description: 'What the disconnect of one generation deleted, cleared and kept, with counts and hashes.',
    tags: ['Receipts'],
    params: receiptParams,
    response: { 200: receipt },
  };
  api.get(
    '/api/receipts/:connection/:generation',
    { schema, config: { needs: 'view' } },
    async ({ params }) => receiptView(await findReceipt(deps, params.connection, params.generation)),
  );
};
