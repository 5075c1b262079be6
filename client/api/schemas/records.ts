import { z } from 'zod';
import { connectionParams, json, jsonObject, limit, sessionIdText, slug, time } from './common.ts';

export const resourceParams = connectionParams.extend({
  resource: slug.describe('Resource id').meta({ examples: ['orders'] }),
});
export const recordParams = resourceParams.extend({
  key: z
    .string()
    .min(1)
    .describe('Key of the record')
    .meta({ examples: ['24'] }),
});

/** Field filters stand beside limit and after, as `where.<field>=value`. */
export const recordsQuery = z
  .object({ limit, after: z.string().optional().describe('`next` of the page before') })
  .catchall(z.string('must be given once'))
  .check(({ value, issues }) => {
    for (const name of Object.keys(value))
      if (name !== 'limit' && name !== 'after' && !/^where\../.test(name))
        issues.push({
          code: 'custom',
          path: [name],
          message: 'must be limit, after or where.<field>',
          input: value,
        });
  });

const source = z.object({ batch: z.string(), index: z.int() });

export const record = z.object({
  key: z.string(),
  data: jsonObject,
  createdIn: sessionIdText,
  changedIn: sessionIdText,
  updatedAt: time,
});
export const recordPage = z.object({
  records: z.array(record),
  total: z.int().nullable().describe('Records of the resource; null when filtered'),
  next: z.string().nullable(),
});
export const recordDetail = record.extend({
  fingerprint: z.string(),
  cursor: z.string().nullable(),
  source,
  raw: json.describe('The row as the app sent it; null when its batch is no longer kept'),
  versions: z.array(z.object({ session: sessionIdText, source, fingerprint: z.string() })),
});
export const digest = z.object({ resource: slug, count: z.int(), digest: z.string() });

export const changesQuery = z.strictObject({
  cursor: z.string().optional().describe('`cursor` of the call before'),
  limit,
});
export const changes = z.object({
  items: z.array(
    z.object({
      session: sessionIdText,
      resource: slug,
      key: z.string(),
      kind: z.enum(['added', 'updated', 'deleted']),
      record: record.optional().describe('As it is now; absent when it is gone'),
    }),
  ),
  cursor: z.string().describe('Where the next call goes on'),
  more: z.boolean(),
});

export type RecordView = z.infer<typeof record>;
export type RecordPage = z.infer<typeof recordPage>;
export type RecordDetail = z.infer<typeof recordDetail>;
export type Digest = z.infer<typeof digest>;
export type Changes = z.infer<typeof changes>;
export type ChangeItem = Changes['items'][number];
