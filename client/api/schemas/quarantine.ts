import { z } from 'zod';
import { previewOutcomes } from '../../../activities/quarantine/room.ts';
import { actor, connectionParams, json, limit, sessionIdText, slug, time } from './common.ts';

const count = z.int().min(0);
const reason = z
  .string()
  .min(1)
  .max(100)
  .describe('Such as SCHEMA_MISMATCH; of a sync also a code of the destination');
const rowId = z.string().min(1).max(2000);

export const quarantineSyncParams = z.object({
  id: slug.describe('Sync id').meta({ examples: ['orders-to-airtable'] }),
});
const row = rowId.describe('Id of the row').meta({ examples: ['storefront-west.1/orders/0/3'] });
export const quarantinedParams = connectionParams.extend({ row });
export const quarantinedSyncParams = quarantineSyncParams.extend({ row });

export const quarantinedQuery = z.strictObject({
  resource: slug.optional().describe('Only of this resource'),
  reason: reason.optional(),
  limit,
  after: rowId.optional().describe('The `next` of the page before'),
});

const quarantinedRow = z.object({
  id: z.string(),
  resource: slug,
  reason: z.string(),
  message: z.string(),
  key: z.string().nullable(),
  place: z
    .object({ sessionId: sessionIdText, batch: count, index: count })
    .nullable()
    .describe('Where it was read; null in a sync'),
  runId: z.string().nullable().describe('The run that put it there; null in a session'),
  firstSeenAt: time,
  lastSeenAt: time,
  attempts: count,
  expiresAt: time.nullable().describe('When it is discarded; null: not while the connection does not run'),
});

export const quarantineLine = z.object({
  action: z.enum(['replayed', 'discarded', 'expired']),
  resource: slug,
  reason: z.string(),
  rows: count,
  hash: z.string().describe('SHA-256 over ids and payloads'),
  by: actor,
  why: z.string().nullable(),
  sessionId: sessionIdText.nullable(),
  at: time,
});

export const quarantined = z.object({
  total: count,
  counts: z.array(z.object({ resource: slug, reason: z.string(), rows: count })),
  rows: z.array(quarantinedRow),
  next: z.string().nullable(),
  lines: z.array(quarantineLine).describe('What became of rows that left, newest first'),
});

export const quarantinedDetail = quarantinedRow.extend({
  payload: json.describe('Redacted, whoever looks'),
});

const selection = {
  resource: slug.optional().describe('Of a connection: needed unless ids say it'),
  reason: reason.optional(),
  ids: z.array(rowId).min(1).max(100).optional(),
};
const why = z.string().trim().min(1, 'say why').max(1000).describe('Stands in the line that stays');

export const selectionBody = z
  .strictObject(selection)
  .meta({ examples: [{ resource: 'orders', reason: 'SCHEMA_MISMATCH' }] });
export const discardBody = z
  .strictObject({ ...selection, why })
  .meta({ examples: [{ resource: 'orders', reason: 'KEY_MISSING', why: 'test rows of the shop' }] });

export const preview = z.object({
  rows: count,
  counts: z.object(
    Object.fromEntries(previewOutcomes.map((name) => [name, count])) as Record<
      (typeof previewOutcomes)[number],
      typeof count
    >,
  ),
  first: z.array(
    z.object({
      id: z.string(),
      key: z.string().nullable(),
      outcome: z.enum(previewOutcomes),
      reason: z.string().nullable(),
      message: z.string().nullable(),
    }),
  ),
});

export const replayed = z.object({
  sessionId: sessionIdText.nullable().describe('null: it runs after the open session'),
  after: sessionIdText.nullable().describe('The open session that goes on first'),
});
export const replayedSync = z.object({ rows: count.describe('Rows that the next run delivers') });
export const discarded = z.object({ rows: count });

export type Quarantined = z.infer<typeof quarantined>;
export type QuarantinedDetail = z.infer<typeof quarantinedDetail>;
export type QuarantinedQuery = Partial<z.infer<typeof quarantinedQuery>>;
export type SelectionBody = z.infer<typeof selectionBody>;
export type DiscardBody = z.infer<typeof discardBody>;
export type ReplayPreviewView = z.infer<typeof preview>;
export type Replayed = z.infer<typeof replayed>;
export type ReplayedSync = z.infer<typeof replayedSync>;
export type Discarded = z.infer<typeof discarded>;
