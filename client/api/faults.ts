import type { FastifySchemaValidationError } from 'fastify';
import type { Fault } from './problem.ts';

const kinds: Readonly<Record<string, string>> = {
  string: 'text',
  object: 'an object',
  record: 'an object',
  array: 'a list',
  boolean: 'true or false',
  number: 'a number',
  int: 'a whole number',
};
const units: Readonly<Record<string, string>> = { string: ' characters', array: ' entries' };

/** What the schemas say by themselves, in plain words; a message of our own stays as it is. */
function plain({ keyword, params, message = 'is not valid' }: FastifySchemaValidationError): string {
  if (!/^(Invalid|Too|Unrecognized)/.test(message)) return message;
  const { expected, values, minimum, maximum, origin } = params as Readonly<Record<string, unknown>>;
  const unit = units[String(origin)] ?? '';
  if (keyword === 'invalid_type' && /received (undefined|null)$/.test(message)) return 'is missing';
  if (keyword === 'invalid_type') return `must be ${kinds[String(expected)] ?? String(expected)}`;
  if (keyword === 'invalid_value' && Array.isArray(values)) return `must be one of ${values.join(', ')}`;
  if (keyword === 'too_small')
    return minimum === 1 && unit !== '' ? 'must not be empty' : `must be at least ${String(minimum)}${unit}`;
  if (keyword === 'too_big') return `must be at most ${String(maximum)}${unit}`;
  const options = /Expected (.*)$/.exec(message)?.[1];
  return options === undefined
    ? message
    : `must be one of ${options.replaceAll("'", '').replaceAll(' | ', ', ')}`;
}

/** The faults of a request that its schema found; each unknown key is one, at its own path. */
export const faultsOf = (context: string, found: readonly FastifySchemaValidationError[]): Fault[] =>
  found.flatMap((one) => {
    const path = [context, ...one.instancePath.split('/').filter((part) => part !== '')].join('.');
    const unknown =
      one.keyword === 'unrecognized_keys' ? (one.params as { keys?: string[] }).keys : undefined;
    return (
      unknown?.map((key) => ({ path: `${path}.${key}`, message: 'is not known here' })) ?? [
        { path, message: plain(one) },
      ]
    );
  });
