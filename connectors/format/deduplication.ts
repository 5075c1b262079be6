import { z } from 'zod';
import { field, slug, text } from './values.ts';

const country = z
  .string()
  .regex(/^[A-Z]{2}$/, 'expected a country code of two letters, such as DE')
  .meta({ examples: ['DE'] });

const comparedSchema = z
  .strictObject({
    field: field.describe('Field of the record.').meta({ examples: ['email'] }),
    as: z
      .enum(['exact', 'email', 'phone', 'taxNumber', 'name', 'date', 'text'])
      .describe(
        'How two values are compared: as they are, or as what they are, so that other spellings of one value are equal.',
      )
      .default('exact'),
    country: country
      .describe('Of a phone or tax number that does not say its own; where `countryField` says nothing.')
      .optional(),
    countryField: field
      .describe('Field with the country code of two letters.')
      .meta({ examples: ['country'] })
      .optional(),
  })
  .meta({ examples: [{ field: 'phone', as: 'phone', country: 'DE' }] });

const alternativeSchema = z.union([
  z.array(field.meta({ examples: ['email'] })).min(1),
  z
    .strictObject({
      fields: z
        .array(comparedSchema)
        .min(1)
        .describe('All of them must be equal.')
        .meta({ examples: [[{ field: 'email', as: 'email' }]] }),
    })
    .meta({ examples: [{ fields: [{ field: 'email', as: 'email' }] }] }),
]);

const choiceSchema = z
  .union([
    z.enum(['newest', 'mostComplete', 'longest']),
    z.strictObject({
      sourceField: field.describe('Field that says where a record comes from.'),
      order: z
        .array(text)
        .min(1)
        .describe('Its values, the best first; of records with another value the newest.')
        .meta({ examples: [['crm', 'shop']] }),
    }),
  ])
  .meta({ examples: ['newest', { sourceField: 'origin', order: ['crm', 'shop'] }] });

const survivorshipSchema = z
  .strictObject({
    default: z
      .enum(['newest', 'mostComplete'])
      .describe('From which record a field is taken: the newest, or the one with the most filled fields.')
      .meta({ examples: ['mostComplete'] })
      .optional(),
    fields: z
      .record(text, choiceSchema)
      .describe('Fields that are taken otherwise, by their names in the record.')
      .meta({ examples: [{ phone: 'newest', name: 'longest' }] })
      .optional(),
  })
  .meta({ examples: [{ default: 'newest', fields: { name: 'longest' } }] });

const suggestSchema = z
  .strictObject({
    name: z
      .strictObject({
        field: field.describe('The name.').meta({ examples: ['name'] }),
        similarity: z
          .number()
          .min(0.5)
          .max(1)
          .describe('From which on two names are near: 1 is equal, 0.85 one other letter in seven.')
          .default(0.85),
      })
      .describe('Names that are nearly equal.')
      .meta({ examples: [{ field: 'name', similarity: 0.9 }] })
      .optional(),
    sameAddress: z
      .array(field.meta({ examples: ['street'] }))
      .min(1)
      .describe('Fields of the address; all of them equal, and none empty.')
      .meta({ examples: [['street', 'postcode']] })
      .optional(),
    most: z.int().min(1).max(10_000).describe('Suggestions that wait for an answer at most.').default(1_000),
  })
  .meta({ examples: [{ name: { field: 'name' } }] });

/** When two records of a resource mean one thing, and what becomes of them. */
export const deduplicationSchema = z
  .strictObject({
    resource: slug.describe('Whose records are compared.'),
    match: z
      .array(alternativeSchema)
      .min(1)
      .describe(
        'Alternatives; two records are one when all fields of one alternative are equal and not empty. A plain list of fields compares them as they are.',
      )
      .meta({ examples: [[['email']]] }),
    survivorship: survivorshipSchema
      .describe(
        'What the record that stays says where the merged ones differ; the newest value counts unless given.',
      )
      .optional(),
    suggest: suggestSchema
      .describe('Near matches that a person is asked about; they are never merged alone.')
      .optional(),
    ignoreValues: z
      .array(text)
      .describe('Values that say nothing, beside "n/a", "none", "unknown" and the like.')
      .meta({ examples: [['info@example.com']] })
      .optional(),
    largestGroup: z
      .int()
      .min(2)
      .max(1_000)
      .describe('A value that more records share is reported, and merges nothing; 50 unless given.')
      .meta({ examples: [50] })
      .optional(),
  })
  .meta({ examples: [{ resource: 'people', match: [['email']] }] });

/** A rule of the deduplication list. */
export type DeduplicationRule = z.infer<typeof deduplicationSchema>;
/** How one field survives. */
export type SurvivorChoice = z.infer<typeof choiceSchema>;
/** How a field is compared. */
export type ComparedField = z.infer<typeof comparedSchema>;
