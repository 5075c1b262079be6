import type { Route } from '../deps.ts';
import { receiptList, receiptsQuery } from '../schemas/receipts.ts';
import { receiptView } from '../views/receipt.ts';

/** What was disconnected, newest first. */
export const listReceipts: Route = (api, { stores }) => {
  const schema = {
    summary: 'List the receipts',
    description: 'What each disconnect deleted, newest first.',
    tags: ['Receipts'],
    querystring: receiptsQuery,
    response: { 200: receiptList },
  };
  api.get('/api/receipts', { schema, config: { needs: 'view' } }, async ({ query }) => ({
    receipts: (await stores.receipts.list(query.limit)).map(receiptView),
  }));
};
