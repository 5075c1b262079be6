import { isAbsolute } from 'node:path';
import { z } from 'zod';

const namePattern = /^[a-z0-9][a-z0-9._-]*$/i;
const partsOf = (list: string): string[] =>
  list
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');

/** Folders in which destinations may write files, or below which sources read them: absolute paths, by comma. */
export const folders = z
  .string()
  .default('')
  .transform(partsOf)
  .pipe(z.array(z.string().refine(isAbsolute, 'must be absolute paths, separated by commas')));

const byName = z.record(
  z.string().regex(namePattern, 'names are made of letters, digits, ., _ and -'),
  z.array(z.string().min(1)).min(1, 'must name a program'),
);

/**
 * Programs that Singer destinations, or sources, may run: `name=/path/to/program argument argument`, by comma; or, for arguments
 * with spaces or commas, JSON: `{"name": ["/path/to/program", "an argument"]}`.
 */
export const executables = z
  .string()
  .default('')
  .transform((text, context): unknown => {
    if (!text.trim().startsWith('{')) return Object.fromEntries(partsOf(text).map(entryOf));
    try {
      return JSON.parse(text) as unknown;
    } catch {
      context.addIssue('is no valid JSON');
      return z.NEVER;
    }
  })
  .pipe(byName)
  .refine(
    (all) => Object.values(all).every(([path = '']) => isAbsolute(path)),
    'must be name=/absolute/path arguments, separated by commas',
  );

function entryOf(part: string): [string, string[]] {
  const [name = '', ...rest] = part.split('=');
  return [name.trim(), rest.join('=').split(/\s+/).filter(Boolean)];
}
