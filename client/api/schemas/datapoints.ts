import { z } from 'zod';
import { slug } from './common.ts';

const field = z.string().min(1).max(200);
const day = z.string().describe('First day of a period, YYYY-MM-DD in the time zone of the connection');
const date = z.iso.date('must be a date such as 2026-01-31');
const grain = z.enum(['day', 'week', 'month']);
const count = z.int();

export const seriesQuery = z.strictObject({
  metric: slug.optional().describe('Only of this metric'),
  dimension: field.optional().describe('Only by this field'),
});

export const datapointsQuery = z.strictObject({
  metric: slug.describe('Metric of the definition'),
  dimension: field.optional().describe('By this field. Default: of all records'),
  value: z.string().min(1).max(300).optional().describe('Only of this value of the dimension'),
  currency: z.string().min(1).max(3).optional().describe('Only in this currency'),
  from: date.optional().describe('Only periods that begin on this day or later'),
  to: date.optional().describe('Only periods that begin before this day'),
});

const identity = {
  id: z.string().describe('Id of the series'),
  metric: slug,
  grain,
  dimension: z.object({ field: z.string(), value: z.string() }).nullable().describe('null: of all records'),
  currency: z.string().nullable().describe('ISO 4217; XXX where records do not tell it; null: no money'),
};

export const seriesList = z.object({
  session: count.nullable().describe('Number of the last session that is in the points; null: none yet'),
  metrics: z.array(
    z.object({
      id: slug,
      name: z.string(),
      resource: slug,
      measure: z.string().describe('count, sum, average, minimum, maximum, distinct or ratio'),
      grain,
      better: z.enum(['up', 'down']),
      series: count,
      records: count.describe('Of the resource'),
      uncounted: z
        .object({
          undated: count.describe('No time, or one that cannot be read'),
          outOfRange: count.describe('Before 1970, or after the fifth year from now'),
          unmeasured: count.describe('In a period, but without a number'),
          untold: count.describe('In the total, but of a rare value of a dimension with more than 200'),
        })
        .describe('Records that are not in the points, by why'),
    }),
  ),
  series: z.array(
    z.object({
      ...identity,
      points: count,
      rows: count.describe('Records in them'),
      first: day.nullable(),
      last: day.nullable(),
    }),
  ),
});

export const datapoints = z.object({
  metric: slug,
  name: z.string(),
  series: z.array(
    z.object({
      ...identity,
      points: z.array(
        z.object({
          start: day,
          value: z.number().nullable().describe('null: no record of the period has a number'),
          rows: count.describe('Records of the period'),
          sum: z.number().optional().describe('Of averages and ratios, what is divided'),
          weight: z.number().optional().describe('Of averages and ratios, what it is divided by'),
        }),
      ),
    }),
  ),
});

export type SeriesList = z.infer<typeof seriesList>;
export type SeriesQuery = z.input<typeof seriesQuery>;
export type Datapoints = z.infer<typeof datapoints>;
export type DatapointsQuery = z.input<typeof datapointsQuery>;
