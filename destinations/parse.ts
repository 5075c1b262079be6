import type { z } from 'zod';
import { TributaryError } from '../domain/errors.ts';

type Parsed<Schema extends z.ZodType | null> = Schema extends z.ZodType ? z.output<Schema> : null;

/**
 * Reads configuration and secret of a destination by their schemas; `secret: null` takes none.
 * @throws {TributaryError} INVALID_INPUT naming every fault of both; values are not told, they may be secrets
 */
export function parseSettings<Configuration extends z.ZodType, Secret extends z.ZodType | null>(
  schemas: { readonly configuration: Configuration; readonly secret: Secret },
  configuration: unknown,
  secret: unknown,
): { configuration: z.output<Configuration>; secret: Parsed<Secret> } {
  const read = schemas.configuration.safeParse(configuration);
  const readSecret = schemas.secret?.safeParse(secret);
  const faults = [...faultsOf('configuration', read), ...faultsOf('secret', readSecret)];
  if (schemas.secret === null && secret !== null && secret !== undefined)
    faults.push('secret: this kind of destination has none');
  if (faults.length > 0 || !read.success)
    throw new TributaryError('INVALID_INPUT', `${faults.join('; ')}.`, { faults });
  return { configuration: read.data, secret: (readSecret?.data ?? null) as Parsed<Secret> };
}

function faultsOf(part: string, read: z.ZodSafeParseResult<unknown> | undefined): string[] {
  return (read?.error?.issues ?? []).map(({ path, code, message }) => {
    const missing = code === 'invalid_type' && /received (undefined|null)$/.test(message);
    return `${[part, ...path].join('.')}: ${missing ? 'is missing' : message}`;
  });
}
