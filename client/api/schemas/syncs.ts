import { z } from 'zod';
import { fieldTypes } from '../../../domain/delivery.ts';
import { cronFault, intervalFault } from '../../../domain/schedule.ts';
import { syncStatuses } from '../../../domain/sync.ts';
import { syncModes } from '../../../stores/model/syncs.ts';
import { actor, json, slug, time } from './common.ts';
import { timeZone } from './connections.ts';
import { faultless } from './settings.ts';
import { syncRun } from './sync-runs.ts';

export const syncParams = z.object({
  id: slug.describe('Sync id').meta({ examples: ['orders-to-warehouse'] }),
});

const fieldName = z.string().min(1, 'must not be empty').max(300, 'must have at most 300 characters');
const mappingFrom = z.union(
  [
    z.strictObject({ field: fieldName.describe('Of the record; a dot reaches into an object') }),
    z.strictObject({ constant: json }),
    z.strictObject({ template: z.string().max(20_000).describe('Liquid; the fields are its variables') }),
  ],
  'must be one of { field }, { constant }, { template }',
);
const fieldMapping = z.strictObject({
  to: z.string().max(300, 'must have at most 300 characters').describe('Name at the destination'),
  type: z.enum(fieldTypes).default('text'),
  from: mappingFrom,
});
const mapping = z.array(fieldMapping).min(1, 'must have a field').max(500, 'must have at most 500 fields');
const model = z.strictObject({
  resource: slug,
  filter: z
    .record(z.string(), json)
    .default({})
    .describe('Equality on fields; all must hold. A list means any of its values'),
});
const keyField = z
  .string()
  .max(300)
  .describe('Field of the destination that holds the key. Default: the name of the record’s key');
const object = z.string().max(300).describe('Collection, table, path, file or stream at the destination');
const mode = z
  .enum(syncModes)
  .describe(
    'upsert: new and changed rows; insertOnly: new ones; mirror: upsert and deletes; full: everything every time',
  );

export const syncSchedule = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('MANUAL') }),
    z.strictObject({ kind: z.literal('AFTER_SESSION') }),
    z.strictObject({ kind: z.literal('INTERVAL'), every: faultless(intervalFault) }),
    z.strictObject({ kind: z.literal('CRON'), cron: faultless(cronFault) }),
  ])
  .describe('AFTER_SESSION: whenever a session of its connection is Synced');

const rejectedThreshold = z
  .int('must be a whole number')
  .min(0, 'must be 0 or more')
  .describe('Rejected rows up to which a run succeeds');
const rejectionCap = z
  .int('must be a whole number')
  .min(1, 'must be 1 or more')
  .max(1000, 'must be at most 1000')
  .describe('Rejections of one row until it goes to quarantine');
const prepare = z
  .boolean()
  .describe('false: the destination is not asked whether it can take the rows, and nothing is made there');

export const syncBody = z
  .strictObject({
    id: slug,
    connection: slug,
    destination: slug,
    model,
    mapping: mapping.optional().describe('Default: every field of the resource as it is'),
    keyField: keyField.optional(),
    object,
    mode: mode.default('upsert'),
    schedule: syncSchedule.default({ kind: 'MANUAL' }),
    timeZone: timeZone.default('UTC').describe('Of a CRON schedule'),
    rejectedThreshold: rejectedThreshold.default(0),
    rejectionCap: rejectionCap.default(10),
    prepare: prepare.default(true),
  })
  .meta({
    examples: [
      {
        id: 'orders-to-warehouse',
        connection: 'storefront-west',
        destination: 'warehouse',
        model: { resource: 'orders', filter: { category: 'Furniture' } },
        mapping: [{ to: 'total', type: 'number', from: { field: 'sales' } }],
        object: 'orders',
        mode: 'mirror',
        schedule: { kind: 'AFTER_SESSION' },
      },
    ],
  });

export const syncChange = z
  .strictObject({
    destination: slug.optional(),
    model: model.optional(),
    mapping: mapping.optional(),
    keyField: keyField.optional(),
    object: object.optional(),
    mode: mode.optional(),
    schedule: syncSchedule.optional(),
    timeZone: timeZone.optional(),
    rejectedThreshold: rejectedThreshold.optional(),
    rejectionCap: rejectionCap.optional(),
    prepare: prepare.default(true),
  })
  .refine((body) => Object.keys(body).some((name) => name !== 'prepare'), 'names nothing that changes')
  .meta({ examples: [{ schedule: { kind: 'CRON', cron: '0 6 * * *' }, timeZone: 'Europe/Berlin' }] });

export const previewBody = z
  .strictObject({
    connection: slug,
    model,
    mapping: mapping.optional(),
    keyField: keyField.optional(),
    destination: slug.optional().describe('With `object`: what the destination would need is answered too'),
    object: object.optional(),
    limit: z.int().min(1).max(50).default(10),
  })
  .meta({
    examples: [
      {
        connection: 'storefront-west',
        model: { resource: 'orders' },
        mapping: [{ to: 'total', type: 'number', from: { field: 'sales' } }],
      },
    ],
  });

export const targetPlan = z.object({
  creates: z.array(z.string()).describe('Would be made there'),
  problems: z.array(z.string()).describe('Stand against it, each with what to do'),
  notes: z.array(z.string()),
});

export const preview = z.object({
  keyField: z.string(),
  mapping,
  rows: z.array(
    z.object({
      key: z.string(),
      fields: z.record(z.string(), json).nullable().describe('As they would be delivered; null: see `fault`'),
      fault: z.object({ code: z.string(), message: z.string() }).nullable(),
    }),
  ),
  looked: z.int().describe('Records that were looked at'),
  more: z.boolean().describe('There are more records than were looked at'),
  target: targetPlan.nullable(),
});

export const syncCalls = ['run', 'cancel', 'enable', 'disable'] as const;

export const sync = z.object({
  id: slug,
  connection: slug,
  company: slug,
  destination: slug,
  model,
  mapping,
  keyField: z.string(),
  object: z.string(),
  mode,
  schedule: syncSchedule,
  timeZone: z.string(),
  rejectedThreshold: z.int(),
  rejectionCap: z.int(),
  status: z.enum(syncStatuses),
  statusSince: time,
  statusReason: z.string().nullable(),
  sentence: z.string().describe('How it stands, and what a person can do'),
  sourceStaleSince: time
    .nullable()
    .describe('Its connection has no grant since: it delivers the records there are'),
  held: z.boolean().describe('Its connection stands still, and so does it'),
  nextRuns: z.array(time).describe('Of an INTERVAL or CRON schedule; a CRON one comes up to 30 s later'),
  restages: z.boolean().describe('The next run looks at every record, not only at what changed'),
  deliveredThrough: z.int().nullable().describe('Number of the session up to which everything was delivered'),
  version: z.int(),
  latestRun: syncRun.nullable(),
  allowed: z.array(z.enum(syncCalls)),
  createdBy: actor,
  createdAt: time,
  updatedAt: time,
});
export const syncsQuery = z.strictObject({
  connection: slug.optional().describe('Only of this connection'),
  company: slug.optional().describe('Only of this company'),
  destination: slug.optional().describe('Only to this destination'),
});
export const syncList = z.object({ syncs: z.array(sync) });

const effects = z.array(z.string()).describe('What follows, in sentences');
export const syncChanged = z.object({ sync, effects });
export const syncRemoved = z.object({ id: slug, removed: z.literal(true), effects });

export const syncPlan = z.object({
  rows: z.int().describe('To deliver, at most'),
  calls: z.int().describe('Requests that they need'),
  atLeastMs: z.int().nullable().describe('At the limit of the destination; null: it has none'),
  quota: z
    .object({
      requestsPerMonth: z.int(),
      used: z.int(),
      left: z.int(),
      share: z.number().describe('Of the month that the run needs: 0.25 is a quarter'),
      over: z.enum(['refuse', 'warn']),
    })
    .nullable(),
  exceeds: z.boolean().describe('It needs more than is left'),
  sentence: z.string(),
  target: targetPlan,
});

export type SyncBody = z.input<typeof syncBody>;
export type ParsedSyncBody = z.output<typeof syncBody>;
export type SyncChange = z.input<typeof syncChange>;
export type PreviewBody = z.input<typeof previewBody>;
export type Preview = z.infer<typeof preview>;
export type TargetPlan = z.infer<typeof targetPlan>;
export type Sync = z.infer<typeof sync>;
export type SyncChanged = z.infer<typeof syncChanged>;
export type SyncRemoved = z.infer<typeof syncRemoved>;
export type SyncPlan = z.infer<typeof syncPlan>;
export type SyncCall = (typeof syncCalls)[number];
