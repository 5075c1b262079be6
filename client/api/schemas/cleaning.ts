import { z } from 'zod';
import { cleaningRules, uncleanReasons } from '../../../domain/cleaning.ts';
import { actor, limit, sessionIdText, slug, time } from './common.ts';

const day = z.string().describe('First day of a period, YYYY-MM-DD in the time zone of the connection');
const seriesId = z
  .string()
  .min(1)
  .max(2_000)
  .describe('Id of a series')
  .meta({ examples: ['sales/USD'] });
const changeId = z
  .string()
  .min(1)
  .max(100)
  .describe('Id of a change')
  .meta({ examples: ['outlier/2026-03-01'] });
const value = z.number().nullable();

export const cleaningQuery = z.strictObject({
  metric: slug.optional().describe('Only of this metric'),
  series: seriesId.optional().describe('Only of this series'),
  limit,
});
export const cleanedSeriesQuery = z.strictObject({ series: seriesId });
export const cleaningDecisionBody = z
  .strictObject({
    series: seriesId,
    change: changeId,
    why: z.string().trim().min(1).max(500).describe('Why; shown beside the change'),
  })
  .meta({
    examples: [{ series: 'sales/USD', change: 'outlier/2026-03-01', why: 'a real order' }],
  });

export const cleaningChange = z.object({
  series: z.string(),
  id: z.string().describe('`<rule>/<start>`'),
  metric: slug,
  dimension: z.object({ field: z.string(), value: z.string() }).nullable().describe('null: of all records'),
  currency: z.string().nullable(),
  rule: z.enum(cleaningRules.map(({ id }) => id)),
  effect: z.enum(['replace', 'report']).describe('report: it only tells, no value is changed'),
  status: z
    .enum(['in force', 'undone', 'stale', 'told'])
    .describe('stale: the raw values are others by now, so it counts no longer; told: a report'),
  certainty: z.enum(['low', 'high']),
  points: z
    .array(z.object({ start: day, before: value, after: value }))
    .describe('Raw and cleaned value by period; before null: there was no record'),
  numbers: z.record(z.string(), z.number()).describe('What it was judged by'),
  sentence: z.string(),
  foundIn: sessionIdText,
  foundAt: time,
  undone: z.object({ by: actor, at: time, why: z.string() }).nullable(),
});

export const cleaningList = z.object({
  looked: z.int().describe('Series that were looked at'),
  unjudged: z
    .array(z.object({ reason: z.enum(uncleanReasons), series: z.int() }))
    .describe('Series whose values were not judged, by why'),
  changes: z.array(cleaningChange).describe('Newest first'),
  left: z.int().describe('Older ones that are not shown'),
});

export const cleanedSeries = z.object({
  series: z.string(),
  metric: slug,
  grain: z.enum(['day', 'week', 'month']),
  dimension: z.object({ field: z.string(), value: z.string() }).nullable(),
  currency: z.string().nullable(),
  unclean: z
    .object({ reason: z.enum(uncleanReasons), sentence: z.string() })
    .nullable()
    .describe('Why its values were not judged'),
  points: z.array(
    z.object({
      start: day,
      raw: value,
      rows: z.int(),
      cleaned: value,
      change: z
        .string()
        .nullable()
        .describe('The change that made the cleaned value; null: it is the raw one'),
    }),
  ),
  changes: z.array(cleaningChange),
});

export type CleaningQuery = Partial<z.infer<typeof cleaningQuery>>;
export type CleaningDecisionBody = z.infer<typeof cleaningDecisionBody>;
export type CleaningChangeView = z.infer<typeof cleaningChange>;
export type CleaningList = z.infer<typeof cleaningList>;
export type CleanedSeries = z.infer<typeof cleanedSeries>;
