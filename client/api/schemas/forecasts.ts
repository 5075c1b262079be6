import { z } from 'zod';
import { forecastGrains, forecastModels, noForecastReasons } from '../../../domain/forecast.ts';
import { sessionIdText, slug, time } from './common.ts';

const field = z.string().min(1).max(200);
const day = z.string().describe('First day of a period, YYYY-MM-DD in the time zone of the connection');
const share = z.number().nullable().describe('0 to 1; null: not known');

export const forecastsQuery = z.strictObject({
  metric: slug.optional().describe('Only of this metric'),
  dimension: field.optional().describe('Only by this field'),
});

export const forecastQuery = z.strictObject({
  series: z.string().min(1).max(2_000).describe('Id of a series, as the list shows it'),
});

const accuracy = z.object({
  mase: z.number().describe('Mean error, in units of that of "the same as one season before"'),
  smape: z.number().describe('Mean difference in percent, 0 to 200'),
  coverage80: share,
  coverage95: share,
});

const record = z
  .object({
    forecasts: z.int().describe('Earlier forecasts of which something has come'),
    periods: z.int().describe('Forecast periods that have come'),
    accuracy: accuracy.nullable().describe('null: nothing has come yet'),
    sentence: z.string(),
  })
  .describe('How earlier forecasts did');

const point = z.object({
  start: day,
  value: z.number(),
  low80: z.number(),
  high80: z.number(),
  low95: z.number(),
  high95: z.number(),
});

const headline = z.object({
  series: z.string().describe('Id of the series'),
  metric: slug,
  name: z.string().describe('Of the metric'),
  grain: z.enum(forecastGrains),
  dimension: z.object({ field: z.string(), value: z.string() }).nullable().describe('null: of all records'),
  currency: z.string().nullable().describe('ISO 4217; XXX where it is not known; null: no money'),
  sentence: z.string(),
  reason: z.enum(noForecastReasons).nullable().describe('Why there is no forecast; null: there is one'),
  kind: z.enum(['regular', 'short', 'intermittent', 'constant']).nullable(),
  model: z.enum(forecastModels).nullable(),
  beatsFloor: z
    .boolean()
    .nullable()
    .describe('false: no model came nearer than repeating what was, so that is published'),
  mase: z.number().nullable().describe('Of the backtest'),
  coverage95: share.describe('Of the backtest'),
  next: point.nullable().describe('The first period that is not over; where all are, the first one'),
  first: day.nullable(),
  last: day.nullable(),
  dataEnd: day.nullable().describe('Newest period that is over and has records of the metric'),
  session: sessionIdText.describe('The session that made it'),
  madeAt: time,
  record,
});

export const forecastList = z.object({
  metrics: z.array(
    z.object({
      metric: slug,
      name: z.string(),
      series: z.int(),
      record: record.describe('Of all its series'),
    }),
  ),
  forecasts: z.array(headline).describe('Totals first, then by dimension, greatest first'),
  leftOut: z
    .array(
      z.object({
        metric: slug,
        dimension: z.string().nullable().describe('null: of totals, one for each currency'),
        series: z.int(),
      }),
    )
    .describe('How many series are not forecast: the 20 with the most records of each dimension are'),
});

export const forecast = headline.extend({
  points: z.array(point),
  why: z.string().nullable().describe('Why this model'),
  floor: z.enum(['seasonal-naive', 'naive']).nullable(),
  season: z.int().nullable().describe('Periods after which the pattern repeats; 1: none is known'),
  backtest: z
    .object({
      origins: z.array(day),
      candidates: z.array(accuracy.extend({ model: z.enum(forecastModels) })).describe('Best first'),
    })
    .nullable(),
  notes: z.array(z.string()),
  recent: z
    .array(
      z.object({
        start: day,
        value: z.number().nullable().describe('As in the records'),
        cleaned: z
          .number()
          .nullable()
          .describe('What a forecast is made from instead, by historical data cleaning; null: value'),
      }),
    )
    .describe('The last 60 periods that are over'),
  earlier: z
    .array(
      z.object({
        session: sessionIdText,
        madeAt: time,
        model: z.enum(forecastModels),
        first: day.nullable(),
        came: z.int().describe('Periods that have come'),
        accuracy: accuracy.nullable(),
      }),
    )
    .describe('Kept forecasts, newest first'),
});

export type ForecastsQuery = z.input<typeof forecastsQuery>;
export type ForecastList = z.infer<typeof forecastList>;
export type ForecastHeadline = z.infer<typeof headline>;
export type ForecastAnswer = z.infer<typeof forecast>;
