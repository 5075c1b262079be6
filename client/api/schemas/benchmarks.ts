import { z } from 'zod';
import { benchmarkGaps, figureKinds } from '../../../domain/benchmark.ts';
import { slug, time } from './common.ts';

const standing = z.object({
  figure: z.string().describe('Id: the same one for all companies of the app'),
  name: z.string().describe('For people'),
  metric: slug,
  kind: z
    .enum(figureKinds)
    .describe(
      'growth and topTen are shares: 0.2 is 20 %; effective: how many entities of one size would be as concentrated',
    ),
  entity: z.string().nullable().describe('Of a concentration: the field that names who or what'),
  currency: z.string().nullable().describe('Of the records that it was computed from'),
  better: z.enum(['up', 'down']),
  value: z.number().nullable().describe('The own value now; null: `gap` says why'),
  text: z.string().nullable().describe('The same with its unit'),
  from: z.iso.date().nullable().describe('First day of what it was computed from'),
  to: z.iso.date().nullable().describe('Last day'),
  gap: z.enum(benchmarkGaps).nullable().describe('Why it is not compared; null: it is'),
  position: z
    .object({
      part: z.int().describe('From 1, the lowest values'),
      of: z.int().describe('So many equal parts'),
      fromPercentile: z.number(),
      toPercentile: z.number(),
    })
    .nullable()
    .describe('Where it stands among the companies'),
  compared: z.number().nullable().describe('The own value that was compared, of the day of the comparison'),
  comparedTo: z.string().nullable().describe('Last day that the compared value covers'),
  typical: z
    .number()
    .nullable()
    .describe('Mean of the middle half of the group, two digits; only in groups of 12 and more'),
  group: z.object({
    size: z.int().describe('Companies that were compared; without a comparison, those that could be'),
    needed: z.int().describe('Fewer are not compared'),
    segment: z.string().nullable().describe('Companies with this property only; null: all of the app'),
  }),
  comparedAt: time.nullable().describe('The same comparison holds for all companies until the next one'),
  method: z.string(),
  sentence: z.string(),
});

/** How a connection compares with other companies of its app. */
export const benchmark = z.object({
  connectionId: slug,
  app: slug,
  madeAt: time.nullable().describe('When its figures were made; null: by no session yet'),
  method: z.string().describe('How companies are compared'),
  standings: z.array(standing),
});

export type Benchmark = z.infer<typeof benchmark>;
