import { z } from 'zod';
import { watchedNumbers } from '../../../domain/anomalies.ts';
import { ingestionRunStatuses } from '../../../domain/ingestion.ts';
import { limit, sessionIdText, slug, time } from './common.ts';
import { ledger } from './sessions.ts';

const moment = z.union(
  [z.iso.datetime({ offset: true }), z.iso.date()],
  'must be a date or a time such as 2026-01-31 or 2026-01-31T09:00:00Z',
);

export const statisticsQuery = z.strictObject({
  from: moment
    .optional()
    .describe('ISO 8601; the whole hour in UTC that it lies in. Default: 7 days before `to`'),
  to: moment.optional().describe('ISO 8601, exclusive, up to the end of its hour. Default: now'),
  by: z.enum(['hour', 'resource', 'run']).default('hour').describe('What the answer lists beside the sum'),
  limit: limit.describe('By run: at most so many, newest first'),
});

export const allStatisticsQuery = statisticsQuery.extend({
  company: slug.optional().describe('Only of this company'),
  app: slug.optional().describe('Only at this app'),
});

const count = z.int();
const sums = z.object({
  runs: count,
  inProgress: count,
  completed: count,
  failed: count,
  canceled: count,
  notFound: count,
  unusual: count.describe('Runs with an anomaly'),
  rows: count,
  bytes: count,
  durationMs: count.describe('Of the runs that ended, one after the other, without time in an error status'),
  rowsPerSecond: z.number().nullable(),
});

export const ingestion = z.object({
  id: z.string().describe('<sessionId>/<resource>'),
  connectionId: slug,
  sessionId: sessionIdText,
  resource: slug,
  configuration: z
    .string()
    .nullable()
    .describe(
      'The ingestion configuration whose part it was, or global; null: a person or a webhook asked for it',
    ),
  kind: z
    .enum(['full', 'changes', 'range', 'hooks', 'replay'])
    .nullable()
    .describe('How it was read; null: not begun'),
  status: z.enum(ingestionRunStatuses),
  reason: z.string().nullable().describe('Reason code'),
  blockedBy: z.array(slug).describe('It failed only because these resources of its session did'),
  startedAt: time,
  endedAt: time.nullable(),
  durationMs: count.nullable().describe('Without time in an error status; null while it is in progress'),
  rows: count,
  bytes: count,
  rowsPerSecond: z.number().nullable(),
  ledger: ledger.nullable().describe('null: structuring did not begin'),
  anomalies: z.array(
    z.object({
      of: z.enum(watchedNumbers),
      value: z.number(),
      usual: z.number().describe('Median of the earlier runs'),
      low: z.number(),
      high: z.number(),
      sentence: z.string(),
    }),
  ),
  comparedWith: count.describe(
    'Earlier completed runs of the same resource and kind; below 8 nothing is unusual',
  ),
});

const range = z.object({
  from: time.describe('Begin of the first hour'),
  to: time.describe('End of the last hour'),
  sum: sums,
});

/** What was taken in, by the hours in which the runs started. */
export const statistics = z.discriminatedUnion('by', [
  range.extend({
    by: z.literal('hour'),
    hours: z.array(sums.extend({ hour: time })).describe('Hours with runs, in order'),
  }),
  range.extend({
    by: z.literal('resource'),
    resources: z.array(sums.extend({ connectionId: slug, resource: slug })),
  }),
  range.extend({
    by: z.literal('run'),
    runs: z.array(ingestion).describe('Newest first'),
    left: count.describe('So many older ones are not shown: ask for a shorter time'),
  }),
]);

export type Statistics = z.infer<typeof statistics>;
export type StatisticsQuery = z.input<typeof statisticsQuery>;
export type AllStatisticsQuery = z.input<typeof allStatisticsQuery>;
export type AskedStatistics = z.output<typeof statisticsQuery>;
export type Ingestion = z.infer<typeof ingestion>;
