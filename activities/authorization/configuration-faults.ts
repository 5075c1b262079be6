import type { ErrorObject } from 'ajv';
import { configurationSchema } from '../../connectors/configuration.ts';
import type { ConnectorDefinition } from '../../connectors/definition.ts';
import type { JsonObject, JsonValue } from '../../domain/json.ts';
import { compileSchema } from '../schema.ts';

/** One thing that is wrong with a configuration: `credentials.client_id`, "is missing". */
export interface ConfigurationFault {
  /** Names with points between them; empty: the whole. */
  readonly path: string;
  readonly message: string;
}

/**
 * What is wrong with the configuration of a connection, by the JSON Schema of the definition. No message holds a value.
 * @throws Error in the compiler's own words when the schema cannot be used; definitions are checked for that.
 */
export function configurationFaults(
  definition: Pick<ConnectorDefinition, 'auth'>,
  configuration: JsonObject,
): readonly ConfigurationFault[] {
  const schema = configurationSchema(definition);
  if (schema === undefined) return [];
  const validate = compileSchema(schema);
  if (validate(configuration)) return [];
  const faults = (validate.errors ?? []).filter(isOwn).map(faultOf);
  const told = faults.length > 0 ? faults : (validate.errors ?? []).map(faultOf);
  return told.filter(
    ({ path, message }, i) => told.findIndex((one) => one.path === path && one.message === message) === i,
  );
}

/** Those of alternatives that were not meant would hide what is wrong. */
const isOwn = ({ keyword, schemaPath }: ErrorObject): boolean =>
  !/\/(oneOf|anyOf)\/\d+\//.test(schemaPath) && keyword !== 'if';

const named = (pointer: string): string =>
  pointer
    .slice(1)
    .split('/')
    .map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'))
    .join('.');

function faultOf({ keyword, instancePath, params, message }: ErrorObject): ConfigurationFault {
  const at = instancePath === '' ? '' : named(instancePath);
  const inner = (name: unknown) => (at === '' ? String(name) : `${at}.${String(name)}`);
  const facts = params as Readonly<Record<string, JsonValue>>;
  switch (keyword) {
    case 'required':
      return { path: inner(facts.missingProperty), message: 'is missing' };
    case 'additionalProperties':
      return { path: inner(facts.additionalProperty), message: 'is not known' };
    case 'enum':
      return {
        path: at,
        message: `must be one of ${(facts.allowedValues as readonly JsonValue[]).join(', ')}`,
      };
    case 'type':
      return { path: at, message: `must be ${typeWords(facts.type)}` };
    case 'oneOf':
    case 'anyOf':
      return { path: at, message: 'is none of the alternatives' };
    case 'pattern':
      return { path: at, message: 'does not have the form that is asked for' };
    default:
      return { path: at, message: message ?? 'is not valid' };
  }
}

const words: Readonly<Record<string, string>> = {
  string: 'text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  object: 'an object',
  array: 'a list',
  null: 'null',
};
const typeWords = (type: JsonValue | undefined): string =>
  (Array.isArray(type) ? (type as readonly JsonValue[]) : String(type).split(','))
    .map((one) => words[String(one)] ?? String(one))
    .join(' or ');
