import { z } from 'zod';
import { fileSchema } from './file.ts';
import { paginationSchema } from './pagination.ts';
import {
  field,
  jsonSchema,
  parameter,
  path,
  plain,
  plainMap,
  pointer,
  slug,
  span,
  text,
  yesNo,
} from './values.ts';

/** Reads only what changed since the last session. */
export const incrementalSchema = z
  .strictObject({
    bookmark: z
      .literal(true)
      .describe('Every kind but rest, and alone: the source keeps its own place.')
      .optional(),
    param: parameter
      .describe('Query parameter that takes the committed cursor; kind rest only, where it must be there.')
      .meta({ examples: ['updated_since'] })
      .optional(),
    value: text
      .describe(
        'What the parameter is set to, in place of what `params` says; `{since}` is the cursor. It may hold what values of `params` may.',
      )
      .meta({ examples: ['gte:{since}'] })
      .default('{since}'),
    untilParam: parameter
      .describe(
        'For a range of dates (backfill): parameter of its end. Without it the rows after the end are passed over here.',
      )
      .meta({ examples: ['updated_until'] })
      .optional(),
    untilValue: text
      .describe('What that parameter is set to; `{until}` is the end.')
      .meta({ examples: ['lt:{until}'] })
      .default('{until}'),
    format: z
      .enum(['asIs', 'iso', 'date', 'epochSeconds', 'epochMilliseconds'])
      .describe('How the app writes the cursor: as it came, or as one of these.')
      .default('asIs'),
    lookback: span
      .describe('Reads so far back before the cursor, for apps that show a change late.')
      .optional(),
    inclusive: yesNo
      .describe(
        'Whether the app answers rows that have exactly the cursor; if not, one unit earlier is asked for.',
      )
      .default(true),
  })
  .meta({ examples: [{ param: 'updated_since' }] });

/** Which fields are stored. Nothing of a row is stored before this. */
export const fieldsSchema = z
  .strictObject({
    only: z
      .array(field)
      .min(1)
      .describe('Only these; all unless given. The key and the cursor are always kept.')
      .meta({ examples: [['id', 'total']] })
      .optional(),
    drop: z
      .array(field)
      .describe('Never stored.')
      .meta({ examples: [['notes']] })
      .default([]),
    hash: z
      .array(field)
      .describe('Replaced by a keyed hash: equal values stay equal, nobody can read them.')
      .meta({ examples: [['email']] })
      .default([]),
  })
  .meta({ examples: [{ drop: ['notes'], hash: ['email'] }] });

/** How the app tells that an object is gone. */
export const deletesSchema = z
  .discriminatedUnion('kind', [
    z
      .strictObject({
        kind: z.literal('tombstone'),
        field: field.describe('Field that says it.').meta({ examples: ['deleted_at'] }),
        equals: plain
          .describe('The value that means deleted; any but null, false, 0 and "" unless given.')
          .meta({ examples: ['deleted'] })
          .optional(),
      })
      .describe('A row says of itself that it is deleted.'),
    z
      .strictObject({ kind: z.literal('absent') })
      .describe('A full refresh does not have it any more. Incremental reads do not compare.'),
  ])
  .meta({ examples: [{ kind: 'tombstone', field: 'deleted_at' }] });

/** One kind of object that the app offers. All field names are the app's own, as in `schema`. */
export const resourceSchema = z.strictObject({
  id: slug.describe('Its id everywhere, one each.'),
  name: text.describe('For people.'),
  description: z
    .string()
    .describe('For people.')
    .meta({ examples: ['Orders of the last years.'] })
    .optional(),
  path: path
    .describe(
      'What is asked for; may hold `{connection.<parameter>}`. Kind rest only, where it must be there.',
    )
    .optional(),
  stream: text
    .describe("Kinds singer and airbyte: the program's own name of the stream; the id unless given.")
    .meta({ examples: ['public-orders'] })
    .optional(),
  file: fileSchema
    .describe('Kind file only, where it must be there: which files, and how they are read.')
    .optional(),
  params: plainMap
    .describe(
      'Query parameters. Values may hold `{connection.<parameter>}`, `{since}`, `{until}`, `{offset}`, `{page}`, `{cursor}`, `{size}`; a parameter whose placeholder has no value in a request is left out.',
    )
    .default({}),
  recordsPath: pointer
    .describe(
      'JSON pointer of the list of rows; "" is the whole answer. Kind rest only, where it must be there.',
    )
    .optional(),
  totalPath: pointer
    .describe('Where the answer says how many rows the whole read gives.')
    .meta({ examples: ['/total'] })
    .optional(),
  key: z
    .array(field.meta({ examples: ['id'] }))
    .min(1)
    .describe('Fields that name one object together.')
    .meta({ examples: [['id']] }),
  contentField: z
    .string()
    .regex(/^[^/]/, 'expected the name of a field')
    .describe(
      'For rows that have no key: a field that is added to each row, with the SHA-256 of what is stored of it. Name it in `key`. Equal rows are one object, and a row that changed is another one.',
    )
    .meta({ examples: ['_row'] })
    .optional(),
  cursor: field
    .describe(
      'Field by which the greater of two versions of an object is told, and where the next read begins.',
    )
    .optional(),
  incremental: incrementalSchema
    .describe('Reads only what changed since the last session; all rows each time unless given.')
    .optional(),
  freshnessField: field
    .describe('Field whose greatest value says how fresh the data is; `cursor` unless given.')
    .meta({ examples: ['order_date'] })
    .optional(),
  pagination: paginationSchema.describe('How the pages follow each other.').default({ kind: 'none' }),
  schema: z
    .union([jsonSchema, z.literal('infer')])
    .describe(
      'JSON Schema (draft 7) that a row must fit; others go to quarantine. `infer` learns it from the rows of the first session.',
    )
    .meta({ examples: [{ type: 'object', required: ['id'], properties: { id: { type: 'integer' } } }] }),
  mapping: z
    .record(field, text)
    .describe(
      'Renames to common names: field of the app to field of the record. A pointer lifts a field up. Others keep their name.',
    )
    .meta({ examples: [{ customer_name: 'name', '/address/city': 'city' }] })
    .optional(),
  fields: fieldsSchema
    .describe(
      'Which fields are stored; nothing of a row is stored before this. A connection may drop and hash more.',
    )
    .optional(),
  deletes: deletesSchema.describe('How the app tells that an object is gone.').optional(),
  enabled: yesNo
    .describe('Whether a new connection loads it unless told otherwise.')
    .meta({ examples: [false] })
    .default(true),
  onError: z
    .enum(['stop', 'continue'])
    .describe('Whether a failure of this resource stops the session or is marked and passed over.')
    .default('stop'),
});

/** One resource of a definition. */
export type ResourceDefinition = z.infer<typeof resourceSchema>;
export type { Pagination } from './pagination.ts';
export type Incremental = z.infer<typeof incrementalSchema>;
/** Which fields are stored. */
export type FieldRules = z.infer<typeof fieldsSchema>;
