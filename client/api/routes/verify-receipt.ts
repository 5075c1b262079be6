import type { Route } from '../deps.ts';
import { findReceipt } from '../find-receipt.ts';
import { checkReceipt } from '../receipt-check.ts';
import { receiptParams, verification } from '../schemas/receipts.ts';

/** Compares a receipt with the store. */
export const verifyReceipt: Route = (api, deps) => {
  const schema = {
    summary: 'Verify a receipt',
    description:
      'Whether what it tells as deleted is really not there, what was kept is untouched, and the receipt itself was not changed. Each deviation is named.',
    tags: ['Receipts'],
    params: receiptParams,
    response: { 200: verification },
  };
  api.get(
    '/api/receipts/:connection/:generation/verify',
    { schema, config: { needs: 'view' } },
    async ({ params }) => checkReceipt(deps, await findReceipt(deps, params.connection, params.generation)),
  );
};
