import { parse, stringify } from 'yaml';
import type { ConfigurationField } from '../../../connectors/configuration-form.ts';
import type { JsonObject, JsonValue } from '../../../domain/json.ts';
import { UsageError } from '../exit.ts';
import { plain } from '../output/table.ts';

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The configuration in the text of a file, JSON or YAML. @throws {UsageError} where it is none; never with its text */
export function readConfiguration(text: string): JsonObject {
  let value: unknown;
  try {
    value = parse(text);
  } catch {
    value = undefined;
  }
  if (isObject(value)) return JSON.parse(JSON.stringify(value)) as JsonObject;
  throw new UsageError('The secret file must hold the configuration: an object in JSON or YAML.');
}

/** Both together, objects inside too; what stands in the second one counts. */
export function together(first: JsonObject, second: JsonObject): JsonObject {
  const added = Object.entries(second).map(([name, value]): [string, JsonValue] => {
    const before = first[name];
    return [name, isObject(before) && isObject(value) ? together(before, value) : value];
  });
  return { ...first, ...Object.fromEntries(added) };
}

/** What stands in a configuration at the place of a field. */
export const answerIn = (configuration: JsonObject, { path }: ConfigurationField): JsonValue | undefined =>
  path.reduce<JsonValue | undefined>((at, name) => (isObject(at) ? at[name] : undefined), configuration);

/** The part of an answers file for a configuration: its fields as comments, then their defaults. */
export function configurationTemplate(fields: readonly ConfigurationField[]): string[] {
  if (fields.length === 0) return [];
  const lines = fields.map((field) => {
    const { path, title, kind, required, choices, when, description } = field;
    const more = [
      ...(when === undefined ? [] : [`only for ${when.choice}`]),
      ...(choices === undefined ? [] : [`one of ${choices.map(String).join(', ')}`]),
      ...(kind === 'secret' ? ['secret: better in secretFile'] : []),
      ...(description === undefined ? [] : [description]),
      ...(required && field.default === undefined ? ['needed'] : []),
    ];
    return `#   ${plain(`${path.join('.')}: ${title}${more.length === 0 ? '' : ` (${more.join('; ')})`}`)}`;
  });
  const defaults = fields
    .filter(({ when, kind }) => when === undefined && kind !== 'alternative' && kind !== 'secret')
    .reduce<JsonObject>((all, { path, ...field }) => together(all, nested(path, field.default ?? null)), {});
  return [
    '',
    '# The configuration. Its secrets may stand in a file of their own, as an object of the same form:',
    '# credentials: { secretFile: secrets.json } (or TRIBUTARY_APP_SECRET)',
    ...lines,
    ...stringify({ configuration: defaults }).trimEnd().split('\n'),
  ];
}

const nested = ([name = '', ...rest]: readonly string[], value: JsonValue): JsonObject => ({
  [name]: rest.length === 0 ? value : nested(rest, value),
});
