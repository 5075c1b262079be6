import { z } from 'zod';
import { field, slug, text } from './values.ts';

const recordField = field.describe('Field of the record.').meta({ examples: ['sales'] });

/** A number that is computed from records by period. Fields are those of the record, after `mapping`. */
export const metricSchema = z
  .strictObject({
    id: slug.describe('One each.').meta({ examples: ['sales'] }),
    name: text.describe('For people.').meta({ examples: ['Sales'] }),
    resource: slug.describe('Whose records are counted.'),
    measure: z
      .discriminatedUnion('kind', [
        z.strictObject({ kind: z.literal('count') }).describe('How many records.'),
        z
          .strictObject({
            kind: z.enum(['sum', 'average', 'minimum', 'maximum', 'distinct']),
            field: recordField,
          })
          .describe('Of one field.'),
        z
          .strictObject({
            kind: z.literal('ratio'),
            field: recordField,
            per: field.describe('Field whose sum it is divided by.').meta({ examples: ['quantity'] }),
          })
          .describe('The sum of one field for each of another: the margin is profit per sales.'),
      ])
      .describe('What is computed.')
      .meta({ examples: [{ kind: 'sum', field: 'sales' }] }),
    time: field
      .describe('Field that says which period a record belongs to.')
      .meta({ examples: ['order_date'] }),
    grain: z.enum(['day', 'week', 'month']).describe('Length of a period.').default('day'),
    dimensions: z
      .array(field.meta({ examples: ['region'] }))
      .describe('Fields by which the number is also told apart.')
      .default([]),
    entities: z
      .array(field.meta({ examples: ['customer_id'] }))
      .describe(
        'Fields that name somebody or something, such as a customer: who was won, who was lost, how much hangs on few.',
      )
      .default([]),
    currency: z
      .union([
        z.strictObject({
          code: z
            .string()
            .regex(/^[A-Z]{3}$/, 'expected a currency of ISO 4217')
            .meta({ examples: ['EUR'] }),
        }),
        z.strictObject({ field: field.meta({ examples: ['currency'] }) }),
      ])
      .describe('`{ code }` of ISO 4217, or the `{ field }` that holds it.')
      .meta({ examples: [{ code: 'EUR' }] })
      .optional(),
    better: z.enum(['up', 'down']).describe('Which way is good.').default('up'),
  })
  .meta({
    examples: [
      { id: 'orders', name: 'Orders', resource: 'orders', measure: { kind: 'count' }, time: 'order_date' },
    ],
  });

/** How the companies that share this app's data are compared. */
export const benchmarkSchema = z.strictObject({
  minimumGroup: z
    .int()
    .min(3)
    .describe('A group of fewer companies, the compared one included, is not compared.')
    .default(5),
  segment: text
    .describe(
      'Property of `finalization` that says which companies are alike; groups by it where they are large enough.',
    )
    .meta({ examples: ['industry'] })
    .optional(),
});
