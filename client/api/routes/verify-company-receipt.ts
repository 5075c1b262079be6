import type { Route } from '../deps.ts';
import { findCompanyReceipt } from '../find-receipt.ts';
import { checkCompanyReceipt } from '../receipt-check.ts';
import { companyParams } from '../schemas/companies.ts';
import { verification } from '../schemas/receipts.ts';

/** Compares the receipts of a deleted company with the store. */
export const verifyCompanyReceipt: Route = (api, deps) => {
  const schema = {
    summary: 'Verify the receipt of a deleted company',
    description: 'Its own signature, and every receipt of its connections against the store.',
    tags: ['Companies'],
    params: companyParams,
    response: { 200: verification },
  };
  api.get('/api/companies/:id/receipt/verify', { schema, config: { needs: 'view' } }, async ({ params }) =>
    checkCompanyReceipt(deps, await findCompanyReceipt(deps, params.id)),
  );
};
