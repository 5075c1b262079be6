import { writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { parseDefinition } from '../../../connectors/definition.ts';
import { TributaryError } from '../../../domain/errors.ts';
import { definitionsFolder } from '../../../workers/definitions.ts';
import { UsageError } from '../exit.ts';
import { type SkeletonOptions, skeletonText } from './skeleton.ts';

/** Where an editor finds the JSON Schema, from a definition file. */
function schemaPathFrom(file: string): string {
  const path = relative(dirname(resolve(file)), join(definitionsFolder, 'definition.schema.json'));
  const slashed = path.split(sep).join('/');
  return slashed.startsWith('.') ? slashed : `./${slashed}`;
}

/**
 * Writes a definition to begin with.
 * @returns the file
 * @throws {UsageError} when the file is there already, cannot be written, or what was asked for does not validate
 */
export async function writeSkeleton({
  file: given,
  baseUrl = null,
  ...options
}: Omit<SkeletonOptions, 'schemaPath' | 'baseUrl'> & {
  readonly file?: string | undefined;
  readonly baseUrl?: string | null | undefined;
}): Promise<string> {
  const file = given ?? `${options.id}.yaml`;
  const text = skeletonText({ ...options, baseUrl, schemaPath: schemaPathFrom(file) });
  try {
    parseDefinition(text, file);
  } catch (error) {
    if (!(error instanceof TributaryError)) throw error;
    throw new UsageError(error.message);
  }
  try {
    await writeFile(file, text, { flag: 'wx' });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UsageError(
      code === 'EEXIST'
        ? `${file} is there already; it is left as it is.`
        : `${file} cannot be written (${code}).`,
    );
  }
  return file;
}
