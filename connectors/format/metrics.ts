import { z } from 'zod';
import { slug, text } from './values.ts';

/** A number that is computed from records by period. Fields are those of the record, after `mapping`. */
export const metricSchema = z.strictObject({
  id: slug,
  name: text,
  resource: slug,
  measure: z
    .discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('count') }),
      z.strictObject({ kind: z.enum(['sum', 'average', 'minimum', 'maximum', 'distinct']), field: text }),
    ])
    .meta({ examples: [{ kind: 'sum', field: 'sales' }] }),
  /** Field that says which period a record belongs to. */
  time: text,
  grain: z.enum(['day', 'week', 'month']).default('day'),
  dimensions: z.array(text).default([]),
  /** ISO 4217 code, or the field that holds it. */
  currency: z.union([z.strictObject({ code: text }), z.strictObject({ field: text })]).optional(),
  better: z.enum(['up', 'down']).default('up'),
});
