import { z } from 'zod';
import { insightKinds } from '../../../domain/insights.ts';
import { limit, sessionIdText, slug, time } from './common.ts';

export const insightsQuery = z.strictObject({
  kind: z.enum(insightKinds).optional().describe('Only of this kind'),
  metric: slug.optional().describe('Only of this metric'),
  ended: z
    .enum(['no', 'only', 'all'])
    .default('no')
    .describe('Those that no longer hold: left out, nothing else, or with the others'),
  limit,
});

const period = z.object({
  from: z.string().describe('First day, YYYY-MM-DD in the time zone of the connection'),
  to: z.string().describe('Last day'),
  label: z.string().describe('For people'),
});

const driver = z.object({
  value: z.string(),
  before: z.number().nullable(),
  now: z.number().nullable(),
  contribution: z.number().describe('What it has to do with the change; rate plus mix where there are both'),
  rate: z.number().optional().describe('Of averages and ratios: its own number moved'),
  mix: z.number().optional().describe('Of averages and ratios: its weight moved'),
});

export const insight = z.object({
  id: z.string().describe('The same finding has the same id in every session'),
  kind: z.enum(insightKinds),
  metric: slug,
  name: z.string().describe('Of the metric'),
  dimension: z.object({ field: z.string(), value: z.string() }).nullable().describe('null: of all records'),
  currency: z.string().nullable().describe('ISO 4217; XXX where it is not known; null: no money'),
  entity: z.string().nullable().describe('Field that names who is counted'),
  direction: z.enum(['up', 'down', 'none']),
  good: z.boolean().nullable().describe('For the company; null: neither'),
  period,
  comparison: period.nullable(),
  numbers: z.record(z.string(), z.number()).describe('By kind, see docs/insights.md'),
  drivers: z
    .object({
      dimension: z.string(),
      values: z.array(driver).describe('Greatest first'),
      others: z.number().describe('What is left'),
      total: z.number().describe('The change: all contributions and others'),
    })
    .nullable(),
  entities: z.array(z.object({ id: z.string(), value: z.number() })),
  size: z.number().describe('0 to 1: the part of the metric that it is about'),
  certainty: z.object({
    value: z.number().describe('0 to 1'),
    p: z.number().nullable().describe('null: counted, not tested'),
    adjusted: z.number().nullable().describe('p, with regard to how many tests were made'),
    method: z.string(),
  }),
  rank: z.number().describe('Size times certainty'),
  sentence: z.string(),
  query: z.object({ request: z.string(), how: z.string() }).describe('Gives the numbers again'),
  firstSeen: sessionIdText,
  lastSeen: sessionIdText,
  timesSeen: z.int().describe('Sessions in which it was found'),
  ended: z
    .object({ session: sessionIdText, at: time, because: z.enum(['newerPeriod', 'noLongerHolds']) })
    .nullable()
    .describe('null: it holds'),
});

export const insightList = z.object({
  headline: z.string().nullable().describe('The sentence of the first one that holds'),
  insights: z.array(insight).describe('Greatest rank first'),
  left: z.int().describe('How many more there are'),
});

export type InsightsQuery = z.input<typeof insightsQuery>;
export type InsightList = z.infer<typeof insightList>;
export type InsightAnswer = z.infer<typeof insight>;
