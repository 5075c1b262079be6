import { z } from 'zod';
import { actor, slug, time } from './common.ts';
import { connection, connectionLabels } from './connections.ts';

export const companyParams = z.object({ id: slug.describe('Company id').meta({ examples: ['acme'] }) });
export const companyBody = z
  .strictObject({ id: slug, name: z.string().trim().min(1).max(200) })
  .meta({ examples: [{ id: 'acme', name: 'Acme Ltd' }] });

export const company = z.object({
  id: slug,
  name: z.string(),
  createdAt: time,
  deduplicateAcrossConnections: z
    .boolean()
    .describe('Records of its connections of one app are compared with each other'),
  statusLine: z.string().describe('Its connections by their plain label, those that need somebody first'),
  labels: z.array(z.object({ label: z.enum(connectionLabels), connections: z.int() })),
  deletion: z
    .object({
      by: actor,
      at: time,
      keepData: z.boolean(),
      endedAt: time.nullable().describe('null: its connections are still being disconnected'),
    })
    .nullable()
    .describe('null: it lives'),
});
export const companySettingsBody = z
  .strictObject({
    deduplicateAcrossConnections: z
      .boolean()
      .describe('true: records of its connections of one app are compared with each other'),
  })
  .meta({ examples: [{ deduplicateAcrossConnections: true }] });
export const companyChanged = company.extend({
  asked: z
    .array(slug)
    .describe('Connections whose sessions act on it now; the others do with their next one'),
});
export const companiesQuery = z.strictObject({
  deleted: z.enum(['true', 'false']).optional().describe('true: those that were deleted, too'),
});
export const companyList = z.object({ companies: z.array(company) });
export const companyDetail = company.extend({ connections: z.array(connection) });

export const deleteCompanyQuery = z.strictObject({
  keepData: z.enum(['true', 'false']).optional().describe('true: keeps the records of its connections'),
});
export const companyReceipt = z.object({
  id: z.string(),
  companyId: slug,
  by: actor,
  at: time.describe('When it was asked for'),
  endedAt: time,
  keptData: z.boolean(),
  connections: z.array(
    z.object({
      id: slug,
      receiptId: z.string(),
      grantRevoked: z.boolean(),
      deleted: z.int().describe('Documents that were deleted'),
    }),
  ),
  connectLinks: z.int().describe('Links to connect that nobody had used'),
});
export const companyDeleting = z.object({
  pending: z.literal(true),
  workflowId: z.string(),
  receiptAt: z.string().describe('Where the receipt will be'),
});

export type Company = z.infer<typeof company>;
export type CompanyDetail = z.infer<typeof companyDetail>;
export type CompanyBody = z.infer<typeof companyBody>;
export type CompanySettingsBody = z.infer<typeof companySettingsBody>;
export type CompanyChanged = z.infer<typeof companyChanged>;
export type CompanyReceipt = z.infer<typeof companyReceipt>;
export type CompanyDeleting = z.infer<typeof companyDeleting>;
