import { z } from 'zod';
import { syncRecordActions, syncRecordStatuses } from '../../../domain/sync-record.ts';
import { syncRunStatuses } from '../../../domain/sync-run.ts';
import { actor, jsonObject, limit, sessionIdText, slug, time } from './common.ts';

export const syncRunParams = z.object({
  id: sessionIdText.describe('Run id, <sync>.<number>').meta({ examples: ['orders-to-warehouse.3'] }),
});

const key = z.string().min(1, 'must not be empty').max(512);
const kind = z.enum(['run', 'resync', 'test']);

export const runBody = z
  .strictObject({
    kind: kind
      .default('run')
      .describe('run: what changed. resync: everything, or the record of `key`, once more. test: one record'),
    key: key.optional().describe('Only this record'),
  })
  .nullish()
  .meta({ examples: [{ kind: 'resync', key: '1001' }] });

const ledger = z.object({
  total: z.int(),
  inserted: z.int(),
  updated: z.int(),
  deleted: z.int(),
  skipped: z.int().describe('As the destination has them already'),
  rejected: z.int().describe('By the destination'),
  quarantined: z.int().describe('By us: they cannot be delivered'),
  retried: z.int().describe('Among them rows that an earlier run sent in vain'),
  percentFailed: z.number(),
});

const budget = z
  .object({
    calls: z.int(),
    atLeastMs: z.int().nullable(),
    exceeds: z.boolean().describe('More than was left of the month: it was warned about'),
    sentence: z.string(),
  })
  .describe('What it needed of its destination, computed before the first row');

export const syncRun = z.object({
  id: sessionIdText,
  sync: slug,
  number: z.int(),
  kind,
  key: z.string().nullable(),
  status: z.enum(syncRunStatuses).nullable().describe('null until the first one is written'),
  text: z.string().describe('The status as people read it'),
  reason: z.string().nullable(),
  sentence: z.string().nullable().describe('Why, and what to do'),
  detail: z.string().nullable(),
  by: actor,
  ledger,
  toDeliver: z.int().nullable().describe('null until everything is staged'),
  place: z.int().nullable().describe('In the queue of its destination; 1 goes next'),
  requests: z.int().describe('Calls of the destination'),
  budget: budget.nullable(),
  startedAt: time,
  since: time,
  endedAt: time.nullable(),
  durationMs: z.int(),
  rowsPerSecond: z.number().nullable(),
});

export const runStarted = z.object({
  runId: sessionIdText.nullable().describe('null: no worker has begun it yet'),
  pending: z.boolean(),
  run: syncRun.nullable(),
});
export const runCanceled = z.object({ run: syncRun, sentence: z.string() });
export const runsQuery = z.strictObject({
  limit,
  before: z.coerce.number().int().min(1).optional().describe('Only runs with a smaller number'),
});
export const syncRunList = z.object({ runs: z.array(syncRun), next: z.int().nullable() });

export const syncTimeline = z.object({
  runId: sessionIdText,
  entries: z.array(
    z.object({
      seq: z.int(),
      from: z.enum(syncRunStatuses).nullable(),
      to: z.enum(syncRunStatuses),
      event: z.string(),
      reason: z.string().nullable(),
      by: actor,
      at: time,
    }),
  ),
});

export const syncRecordsQuery = z.strictObject({
  status: z.enum(syncRecordStatuses).optional().describe('failed: rejected by the destination'),
  key: key.optional().describe('Only this one'),
  run: z.coerce
    .number()
    .int()
    .min(1)
    .optional()
    .describe('Only those that the run of this number staged last'),
  limit,
  after: z.string().optional().describe('`next` of the page before'),
});
export const syncRecord = z.object({
  key: z.string(),
  action: z.enum(syncRecordActions),
  status: z.enum(syncRecordStatuses),
  run: z.int().describe('Number of the run that staged it last'),
  deliveredRun: z.int().nullable(),
  attempts: z.int().describe('Rejections in a row'),
  triedAgainIn: z.int().nullable().describe('Number of the first run that tries it again'),
  error: z
    .object({ code: z.string(), message: z.string(), requestId: z.string().nullable() })
    .nullable()
    .describe("The destination's own words"),
  fields: jsonObject.nullable().describe('What is to be sent; null once it was'),
  at: time,
});
export const syncRecordPage = z.object({ records: z.array(syncRecord), next: z.string().nullable() });

export const attentionList = z.object({
  items: z.array(
    z.object({
      kind: z.enum(['connection', 'sync', 'quarantine', 'alerts']),
      id: slug.describe('Of `alerts`: the channel that cannot be told'),
      company: slug.nullable(),
      status: z.string(),
      reason: z.string().nullable(),
      since: time,
      sentence: z.string(),
      command: z.string().describe('What helps, or says more'),
    }),
  ),
});

export type RunBody = NonNullable<z.input<typeof runBody>>;
export type SyncRunView = z.infer<typeof syncRun>;
export type RunStarted = z.infer<typeof runStarted>;
export type RunCanceled = z.infer<typeof runCanceled>;
export type SyncRunList = z.infer<typeof syncRunList>;
export type SyncTimelineView = z.infer<typeof syncTimeline>;
export type SyncRecordView = z.infer<typeof syncRecord>;
export type SyncRecordPage = z.infer<typeof syncRecordPage>;
export type AttentionList = z.infer<typeof attentionList>;
