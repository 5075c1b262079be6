import { z } from 'zod';
import { field, parameter, pointer, text } from './values.ts';

const size = {
  sizeParam: parameter
    .describe('Query parameter that takes the number of rows a page.')
    .meta({ examples: ['limit'] })
    .optional(),
  size: z
    .int()
    .min(1)
    .describe('Rows a page that are asked for; take the most that the app gives.')
    .meta({ examples: [100] })
    .optional(),
};
const morePath = pointer
  .describe(
    "JSON pointer of a yes or no: whether another page follows. Without it the answer's next place, or an empty page, says so.",
  )
  .meta({ examples: ['/has_more'] })
  .optional();

/** How the pages of a resource follow each other. */
export const paginationSchema = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('none') }).describe('One page.'),
    z
      .strictObject({
        kind: z.literal('cursor'),
        param: parameter.describe('Query parameter that takes the cursor.').meta({ examples: ['after'] }),
        nextPath: pointer
          .describe(
            'Where the answer says the next cursor; null, "" or missing after the last page. One of this and `nextField`.',
          )
          .meta({ examples: ['/next'] })
          .optional(),
        nextField: field
          .describe("Field of a page's last row that is the next cursor.")
          .meta({ examples: ['id'] })
          .optional(),
        morePath,
        ...size,
      })
      .describe('Each answer holds the cursor of the next page.'),
    z
      .strictObject({
        kind: z.literal('page'),
        param: parameter.describe('Query parameter that takes the number.'),
        first: z.int().min(0).describe('Number of the first page.').default(1),
        morePath,
        ...size,
      })
      .describe('Pages have numbers.'),
    z
      .strictObject({
        kind: z.literal('offset'),
        param: parameter
          .describe(
            'Query parameter that takes the offset; without it `{offset}` stands in a parameter of `params`.',
          )
          .meta({ examples: ['offset'] })
          .optional(),
        first: z.int().min(0).describe('Offset of the first row.').default(0),
        morePath,
        ...size,
      })
      .describe('A page starts after so many rows.'),
    z
      .strictObject({
        kind: z.literal('nextUrl'),
        path: pointer
          .describe("Where the answer says it; it must be at the app's own address.")
          .meta({ examples: ['/links/next'] }),
        ...size,
      })
      .describe('The answer holds the address of the next page.'),
    z
      .strictObject({
        kind: z.literal('link'),
        rel: text.describe('Which link it is.').default('next'),
        ...size,
      })
      .describe('The `Link` header (RFC 8288) holds the address of the next page.'),
  ])
  .meta({ examples: [{ kind: 'cursor', param: 'after', nextPath: '/next' }] });

/** How the pages of a resource follow each other. */
export type Pagination = z.infer<typeof paginationSchema>;
