import { z } from 'zod';
import { ingestionProcessStatuses, ingestionRunStatuses } from '../../../domain/ingestion.ts';
import { cronFault, ingestionStrategies, intervalFault } from '../../../domain/schedule.ts';
import { connectionParams, sessionIdText, slug, time } from './common.ts';
import { beginning, resourceSetting } from './connections.ts';
import { connectionSchedule, faultless } from './settings.ts';

const note = z.string().trim().min(1).max(1000).optional().describe('Why: it is kept with the procedure');

export const resourceParams = connectionParams.extend({
  resource: slug.describe('Resource id').meta({ examples: ['orders'] }),
});

export const configurationParams = resourceParams.extend({
  configuration: slug.describe('Configuration id').meta({ examples: ['nightly'] }),
});

export const resourceBody = z
  .strictObject({
    enabled: z.boolean().optional().describe('Cursors stay: what is enabled again goes on where it stopped'),
    historyStart: beginning.nullable().optional().describe('For its first read; null: everything'),
    fields: resourceSetting.shape.fields.unwrap().nullable().optional().describe('null: all, as they are'),
    note,
  })
  .refine((body) => Object.keys(body).some((name) => name !== 'note'), 'names nothing that changes')
  .meta({ examples: [{ enabled: false, note: 'nobody reads it' }] });

const ingestionSchedule = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('GLOBAL') }),
    z.strictObject({ kind: z.literal('INTERVAL'), every: faultless(intervalFault) }),
    z.strictObject({ kind: z.literal('CRON'), cron: faultless(cronFault) }),
  ])
  .describe('GLOBAL: with the schedule of the connection');

export const configurationBody = z
  .strictObject({
    strategy: z.enum(ingestionStrategies).default('INCREMENTAL').describe('SNAPSHOT reads everything anew'),
    schedule: ingestionSchedule,
    enabled: z.boolean().default(true),
    note,
  })
  .meta({ examples: [{ strategy: 'SNAPSHOT', schedule: { kind: 'CRON', cron: '0 3 * * 0' } }] });

export const removalQuery = z.strictObject({ note });

const lastRun = z
  .object({
    sessionId: sessionIdText,
    status: z.enum(ingestionRunStatuses),
    reason: z.string().nullable(),
    startedAt: time,
    endedAt: time.nullable(),
    rows: z.int(),
    configuration: z
      .string()
      .nullable()
      .describe('By which it was read, or "global"; null: a call or a webhook asked for it'),
  })
  .nullable()
  .describe('The newest one; null: none yet');

const nextRuns = z
  .array(time)
  .describe(
    'When the next sessions start; one with a CRON schedule up to 30 s later. None while it is paused',
  );

const resource = z.object({
  id: slug,
  enabled: z.boolean(),
  historyStart: time.optional(),
  fields: resourceSetting.shape.fields,
  lastRun,
  nextRuns,
  configurations: z.array(
    z.object({
      id: z.string(),
      strategy: z.enum(ingestionStrategies),
      schedule: ingestionSchedule,
      enabled: z.boolean(),
      process: z.enum(ingestionProcessStatuses).describe('FINISHED: disabled, or its resource is'),
      lastRun,
      nextRuns,
    }),
  ),
  overlaps: z
    .array(z.object({ at: time, configurations: z.array(z.string()) }))
    .describe('Minutes of the next day in which several configurations start; they run one after the other'),
});

export const resourceList = z.object({
  schedule: connectionSchedule,
  timeZone: z.string(),
  paused: z.boolean().describe('Nothing starts by itself while the connection stands still'),
  resources: z.array(resource),
});

export type ResourceBody = z.input<typeof resourceBody>;
export type ConfigurationBody = z.input<typeof configurationBody>;
export type ResourceList = z.infer<typeof resourceList>;
export type ResourceView = ResourceList['resources'][number];
