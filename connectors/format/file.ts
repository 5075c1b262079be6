import { z } from 'zod';
import { text, yesNo } from './values.ts';

/** Those in which a byte of a line end or a quote can be a part of another character. */
const stateful = /^(iso-2022-|csiso2022|hz-gb|replacement|utf-7|x-user-defined)/i;

function isEncoding(label: string): boolean {
  try {
    new TextDecoder(label);
    return !stateful.test(label);
  } catch {
    return false;
  }
}

/** Which files a resource is read from, and how they are written. */
export const fileSchema = z
  .strictObject({
    pattern: text
      .max(500)
      .refine(
        (pattern) => !/^[/\\]|\\|(^|\/)\.{1,2}(\/|$)/.test(pattern),
        'expected names below the place, with / between folders and without ..',
      )
      .describe(
        'Names of the files, relative to the place of the connection: `*` stands for any part of a name, `?` for one character, `**` for any folders. At an https address it is one name without them.',
      )
      .meta({ examples: ['orders-*.csv', '**/*.jsonl.gz'] }),
    format: z
      .enum(['csv', 'jsonl', 'parquet'])
      .describe('A table with a line of names (CSV), one JSON object a line, or Parquet.')
      .meta({ examples: ['csv'] }),
    compression: z
      .enum(['auto', 'none', 'gzip'])
      .describe('Of the whole file; `auto` looks at its first bytes. Parquet has its own.')
      .default('auto'),
    encoding: z
      .string()
      .refine(isEncoding, 'expected an encoding such as utf-8, windows-1252 or shift_jis')
      .describe('How characters are written (a label of the WHATWG list). A byte order mark wins.')
      .meta({ examples: ['windows-1252'] })
      .default('utf-8'),
    delimiter: z
      .string()
      .regex(/^(auto|[^\r\n"A-Za-z0-9])$/, 'expected auto or one character that is no letter, digit or quote')
      .describe('CSV: stands between two values; `auto` finds `,` `;` tab or `|` in the first line.')
      .meta({ examples: [';'] })
      .default('auto'),
    header: yesNo
      .describe(
        'CSV: whether the first line has the names; if not they are `column_1`, `column_2` and so on.',
      )
      .default(true),
    origin: yesNo.describe('Whether each row gets `_file` and `_line`: where it came from.').default(false),
  })
  .meta({ examples: [{ pattern: 'orders-*.csv', format: 'csv' }] });

/** Which files a resource is read from. */
export type FileDefinition = z.infer<typeof fileSchema>;

/** Plain http is for this machine only: between two machines anybody could change the rows. */
const place = /^(\/|[A-Za-z]:[\\/]|https:\/\/|http:\/\/(127\.0\.0\.1|localhost|\[::1\])(:\d+)?(\/|$))/;

/** The configuration of a connection whose rows come from files. */
export const fileConfigurationSchema = z.strictObject({
  location: z
    .string()
    .max(2_000)
    .regex(place, 'expected an absolute folder, or an https address')
    .describe('The folder or the https address that the files are in.')
    .meta({ examples: ['/data/acme', 'https://files.example.com/acme/'] }),
});

/** Where the files of a connection are. */
export type FileConfiguration = z.infer<typeof fileConfigurationSchema>;
