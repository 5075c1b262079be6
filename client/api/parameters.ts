import type { ErrorObject } from 'ajv';
import { compileSchema } from '../../activities/schema.ts';
import type { ConnectorDefinition } from '../../connectors/definition.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Fault } from './problem.ts';

/** Climbs out of its place in an address, or breaks a line. */
const climbs = /^\.{1,2}$|\p{Cc}/u;

type Parameters = Readonly<Record<string, string>>;

/** One parameter of a connection, as a form shows it. */
export interface ParameterField {
  readonly name: string;
  readonly title: string;
  readonly description?: string;
  /** A regular expression. */
  readonly pattern?: string;
  /** The only values that it takes. */
  readonly choices?: readonly string[];
  readonly example?: string;
  readonly required: boolean;
}

/** What the app's callback says by itself, so that nobody is asked for it. */
const comeBySelf = ({ auth }: ConnectorDefinition): readonly string[] =>
  auth.kind === 'oauth2' ? auth.callbackParameters : [];

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

const required = ({ parameters }: ConnectorDefinition): readonly unknown[] =>
  Array.isArray(parameters?.required) ? parameters.required : [];

/** Every parameter that a person gives, in the order of the definition. */
export function parameterFields(definition: ConnectorDefinition): readonly ParameterField[] {
  const { parameters } = definition;
  const properties = (parameters?.properties ?? {}) as Readonly<Record<string, JsonObject>>;
  const own = comeBySelf(definition);
  return Object.entries(properties)
    .filter(([name]) => !own.includes(name))
    .map(([name, schema]) => {
      const { title, description, pattern, enum: choices, examples } = schema;
      const [example] = Array.isArray(examples) ? examples : [];
      return {
        name,
        title: textOf(title) ?? name,
        ...(textOf(description) === undefined ? {} : { description: String(description) }),
        ...(textOf(pattern) === undefined ? {} : { pattern: String(pattern) }),
        ...(Array.isArray(choices) ? { choices: choices.map(String) } : {}),
        ...(textOf(example) === undefined ? {} : { example: String(example) }),
        required: required(definition).includes(name),
      };
    });
}

/**
 * What is wrong with the parameters of a connection, by the definition's JSON Schema. What the callback brings is not
 * missing.
 * @param path Where they stand in the request, such as `body.parameters`.
 * @param partial Missing ones are asked for later.
 */
export function parameterFaults(
  definition: ConnectorDefinition,
  parameters: Parameters,
  { path = 'body.parameters', partial = false }: { readonly path?: string; readonly partial?: boolean } = {},
): readonly Fault[] {
  const { parameters: schema, id } = definition;
  const fields = parameterFields(definition);
  const names = fields.map(({ name }) => name);
  const unknown = Object.keys(parameters)
    .filter((name) => !names.includes(name))
    .map((name) => ({
      path: `${path}.${name}`,
      message: comeBySelf(definition).includes(name)
        ? `comes from ${id} by itself when it is authorized`
        : names.length === 0
          ? `${id} takes no parameters`
          : `is not known; ${id} takes ${names.join(', ')}`,
    }));
  const climbing = Object.entries(parameters)
    .filter(([name, value]) => names.includes(name) && climbs.test(value))
    .map(([name]) => ({
      path: `${path}.${name}`,
      message: 'must not be . or .. or have control characters',
    }));
  if (schema === undefined) return unknown;
  const own = comeBySelf(definition);
  const asked = partial ? [] : required(definition).filter((name) => !own.includes(String(name)));
  const known = Object.fromEntries(Object.entries(parameters).filter(([name]) => names.includes(name)));
  const validate = compileSchema({ ...schema, required: asked as string[] });
  validate(known);
  const titleOf = (name: string) => fields.find((field) => field.name === name)?.title;
  return [...unknown, ...climbing, ...(validate.errors ?? []).map((error) => faultOf(error, path, titleOf))];
}

function faultOf(error: ErrorObject, path: string, titleOf: (name: string) => string | undefined): Fault {
  const params = error.params as Readonly<Record<string, unknown>>;
  if (error.keyword === 'required') {
    const name = String(params.missingProperty);
    const title = titleOf(name);
    return {
      path: `${path}.${name}`,
      message: title === undefined || title === name ? 'is missing' : `is missing: ${title}`,
    };
  }
  const at = error.instancePath.slice(1).replaceAll('/', '.');
  const message =
    error.keyword === 'enum'
      ? `must be one of ${(params.allowedValues as readonly unknown[]).join(', ')}`
      : (error.message ?? 'is not valid');
  return { path: at === '' ? path : `${path}.${at}`, message };
}
