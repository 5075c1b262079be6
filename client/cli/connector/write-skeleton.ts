import { writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { type DefinitionFault, parseDefinition } from '../../../connectors/definition.ts';
import { TributaryError } from '../../../domain/errors.ts';
import { definitionsFolder } from '../../../workers/definitions.ts';
import { UsageError } from '../exit.ts';
import { kindSkeleton, type OtherKind } from './kind-skeleton.ts';
import { type SkeletonOptions, skeletonText } from './skeleton.ts';

/** Where an editor finds the JSON Schema, from a definition file. */
export function schemaPathFrom(file: string): string {
  const path = relative(dirname(resolve(file)), join(definitionsFolder, 'definition.schema.json'));
  const slashed = path.split(sep).join('/');
  return slashed.startsWith('.') ? slashed : `./${slashed}`;
}

/** What was asked for and does not validate: there is no file yet whose lines could be named. */
function refusal(
  error: TributaryError,
  { id, resources }: Pick<SkeletonOptions, 'id' | 'resources'>,
): string {
  const faults = (error.details.faults ?? []) as readonly DefinitionFault[];
  const told = faults.flatMap(({ path, expected }) => {
    if (path === 'id') return [`"${id.slice(0, 60)}" cannot be the id: expected ${expected}`];
    const [, at] = /^resources\.(\d+)\.id$/.exec(path) ?? [];
    if (at === undefined) return [];
    return [`"${resources[Number(at)]?.slice(0, 60)}" cannot be a resource: expected ${expected}`];
  });
  return told.length === 0 ? error.message : `${told.join('; ')}.`;
}

/**
 * Writes a definition to begin with.
 * @returns the file
 * @throws {UsageError} when the file is there already, cannot be written, or what was asked for does not validate
 */
export async function writeSkeleton({
  file: given,
  baseUrl = null,
  kind = 'rest',
  ...options
}: Omit<SkeletonOptions, 'schemaPath' | 'baseUrl'> & {
  readonly file?: string | undefined;
  readonly baseUrl?: string | null | undefined;
  /** @default 'rest' */
  readonly kind?: 'rest' | OtherKind | undefined;
}): Promise<string> {
  const file = given ?? `${options.id}.yaml`;
  const schemaPath = schemaPathFrom(file);
  const { id, resources } = options;
  const text =
    kind === 'rest'
      ? skeletonText({ ...options, baseUrl, schemaPath })
      : kindSkeleton({ kind, id, resources, schemaPath });
  try {
    parseDefinition(text, file);
  } catch (error) {
    if (!(error instanceof TributaryError)) throw error;
    throw new UsageError(refusal(error, options));
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
