import { z } from 'zod';
import { limit, slug } from './common.ts';
import { receipt } from './connections.ts';

export const receiptParams = z.object({
  connection: slug.describe('Connection id').meta({ examples: ['storefront-west'] }),
  generation: z.coerce
    .number('must be a whole number above 0')
    .int('must be a whole number above 0')
    .min(1, 'must be a whole number above 0')
    .describe('Generation of the connection that was ended')
    .meta({ examples: [1] }),
});
export const receiptsQuery = z.strictObject({ limit });
export const receiptList = z.object({ receipts: z.array(receipt) });

export const verification = z.object({
  id: z.string().describe('Of the receipt'),
  sound: z.boolean().describe('The store is as the receipt says'),
  deviations: z.array(
    z.object({
      receiptId: z.string(),
      name: z.string().nullable().describe('The entry of the receipt; null: the receipt itself'),
      problem: z.enum(['THERE', 'CHANGED', 'NOT_IN_RECEIPT', 'MISSING', 'SIGNATURE', 'NOT_ENDED']),
      message: z.string(),
    }),
  ),
});

export type ReceiptList = z.infer<typeof receiptList>;
export type Verification = z.infer<typeof verification>;
