import { z } from 'zod';
import { alertCauses } from '../../../domain/alerts.ts';
import { actor, limit, time } from './common.ts';

export const alertParams = z.object({
  id: z
    .string()
    .min(1)
    .max(1_000)
    .describe('The incident, percent-encoded')
    .meta({ examples: ['session/storefront-west'] }),
});
export const alertsQuery = z.strictObject({ limit });

const delivery = z.object({
  channel: z.string().describe('slack, webhook or log'),
  told: z.boolean().describe('Whether its first message was sent'),
  waiting: z.boolean().describe('Whether there is something that it has not been told yet'),
  attempts: z.int().describe('Failed attempts since the last message'),
  nextAttemptAt: time.nullable(),
  lastError: z.string().nullable().describe('Why it waits, and what to do'),
});

export const alertView = z.object({
  incident: z.string().describe('Its root cause, such as grant/storefront-west'),
  number: z.int().describe('How often it was open'),
  cause: z.enum(alertCauses),
  status: z
    .enum(['open', 'settling', 'resolved'])
    .describe('settling: it seems to be over, and is resolved once it has stayed so for the hold-down time'),
  title: z.string(),
  reason: z.string(),
  since: time,
  openedAt: time,
  resolvedAt: time.nullable(),
  resolution: z.string().nullable(),
  occurrences: z.int(),
  lines: z.array(z.object({ id: z.string(), text: z.string(), at: time })).describe('The newest 50'),
  link: z.string().nullable(),
  command: z.string().nullable().describe('What helps'),
  acknowledged: z.object({ by: actor, at: time }).nullable(),
  delivery: z.array(delivery),
});
export const alertList = z.object({ alerts: z.array(alertView) });

export const alertTest = z.object({
  incident: z.string(),
  delivered: z.boolean().describe('Whether every channel took it'),
  channels: z.array(z.object({ channel: z.string(), delivered: z.boolean(), sentence: z.string() })),
});

export type AlertView = z.infer<typeof alertView>;
export type AlertList = z.infer<typeof alertList>;
export type AlertTest = z.infer<typeof alertTest>;
