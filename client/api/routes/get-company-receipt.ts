import type { Route } from '../deps.ts';
import { findCompanyReceipt } from '../find-receipt.ts';
import { companyParams, companyReceipt } from '../schemas/companies.ts';
import { companyReceiptView } from '../views/receipt.ts';

/** What the newest deletion of a company came to. */
export const getCompanyReceipt: Route = (api, deps) => {
  const schema = {
    summary: 'Show the receipt of a deleted company',
    description: 'Of its newest deletion, with the receipts of its connections.',
    tags: ['Companies'],
    params: companyParams,
    response: { 200: companyReceipt },
  };
  api.get('/api/companies/:id/receipt', { schema, config: { needs: 'view' } }, async ({ params }) =>
    companyReceiptView(await findCompanyReceipt(deps, params.id)),
  );
};
