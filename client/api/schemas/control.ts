import { z } from 'zod';
import { actor, json, limit, time } from './common.ts';

export const logsQuery = z.strictObject({
  subject: z
    .string()
    .min(1, 'must not be empty')
    .max(300, 'must have at most 300 characters')
    .optional()
    .describe('Only rows of this, such as automation/nightly-orders'),
  before: z
    .string()
    .max(100, 'must have at most 100 characters')
    .optional()
    .describe('`next` of the page before'),
  limit,
});

export const logList = z.object({
  logs: z.array(
    z.object({
      id: z.string(),
      at: time,
      by: actor,
      subject: z.string().describe('What was changed, or what it happened to'),
      text: z.string(),
      before: json.describe('As it was, or null'),
      after: json.describe('As it is, or null'),
    }),
  ),
  next: z.string().nullable().describe('`before` of the next page; null: there is none'),
});

const count = z.int().min(0);

export const overview = z.object({
  alive: z.literal([0, 1]).describe('1; 0 when the timestamp is older than 35 minutes'),
  timestamp: time.nullable().describe('Written every 30 minutes (GMT); null: never yet'),
  versions: z.record(z.string(), z.string()).describe('Of the worker that wrote it'),
  needsPerson: z
    .object({
      total: count,
      connections: count,
      syncs: count,
      quarantine: count,
      alerts: count.describe('Channels that cannot be told'),
      schedules: count.describe('Whose latest run was missed or failed'),
    })
    .describe('How many need a person'),
  sentence: z.string(),
});

export type LogList = z.infer<typeof logList>;
export type OverviewView = z.infer<typeof overview>;
