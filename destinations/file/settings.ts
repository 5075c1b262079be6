import { z } from 'zod';

export const fileConfiguration = z.strictObject({
  folder: z
    .string()
    .min(1)
    .refine((folder) => !folder.includes('\0'), 'is no path')
    .describe('Where files are put: a folder that the operator allows, or one below it.'),
  format: z.enum(['jsonl', 'csv']).default('jsonl').describe('JSON lines, or CSV with a header row.'),
  gzip: z.boolean().default(false).describe('Whether files are compressed.'),
  escapeFormulas: z
    .boolean()
    .default(true)
    .describe("CSV: texts that a spreadsheet would run as a formula get a ' in front."),
});

export type FileConfiguration = z.output<typeof fileConfiguration>;

/** What a name may be made of; no separators, no names that hide. */
const plain = /^[\p{L}\p{N}_][\p{L}\p{N}_. ()+=@,-]*$/u;
const longestName = 180;

/**
 * The name of a file, without its ending.
 * @param pattern `{sync}`, `{run}` (`<syncId>.<number>`) and `{date}` (UTC) are replaced
 * @returns undefined when that is no name of a file
 */
export function nameOf(
  pattern: string,
  by: { readonly sync: string; readonly run: string; readonly date: Date },
): string | undefined {
  const values: Readonly<Record<string, string>> = {
    sync: by.sync,
    run: by.run,
    date: by.date.toISOString().slice(0, 10),
  };
  const name = pattern.replace(/\{(sync|run|date)\}/g, (_, what: string) => values[what] ?? '');
  return plain.test(name) && Buffer.byteLength(name) <= longestName ? name : undefined;
}

export const endingOf = ({ format, gzip }: FileConfiguration): string => `.${format}${gzip ? '.gz' : ''}`;
