import { z } from 'zod';
import { text } from './values.ts';

/** The program that is run to read: a Singer tap, or an Airbyte source. */
export const programSchema = z
  .strictObject({
    executable: text
      .describe('Its name in the setting TRIBUTARY_SOURCE_PROGRAMS, which says the path. Never a path.')
      .meta({ examples: ['tap-shop'] }),
    quietSecs: z
      .int()
      .min(1)
      .max(86_400)
      .describe('A program that says nothing for so many seconds is ended.')
      .meta({ examples: [600] })
      .default(600),
  })
  .meta({ examples: [{ executable: 'tap-shop' }] });

/** The program of a definition. */
export type ProgramDefinition = z.infer<typeof programSchema>;
