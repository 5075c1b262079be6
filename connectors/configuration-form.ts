import type { JsonObject, JsonValue } from '../domain/json.ts';

/** One thing that a person fills in for a configuration. */
export interface ConfigurationField {
  /** One each; `credentials[1].client_id` is asked for by the second alternative of `credentials`. */
  readonly id: string;
  /** Names from the whole configuration down to its value. */
  readonly path: readonly string[];
  readonly title: string;
  readonly description?: string;
  /** `alternative` chooses one of several sets of fields; `list` is a list of texts; `json` is anything else. */
  readonly kind: 'text' | 'secret' | 'number' | 'yesNo' | 'choice' | 'alternative' | 'list' | 'json';
  /** Where what it belongs to is there. */
  readonly required: boolean;
  /** Of `choice` the values, of `alternative` the titles. */
  readonly choices?: readonly JsonValue[];
  readonly default?: JsonValue;
  readonly example?: string;
  /** Of several lines, such as a private key. */
  readonly long?: boolean;
  /** Asked for only if this was chosen. */
  readonly when?: { readonly id: string; readonly choice: string };
  /** Of an alternative: what each choice sets by itself, by title. */
  readonly sets?: Readonly<Record<string, JsonObject>>;
}

const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
/** Whether a schema says of its value that nobody may see it again. */
export const isSecretField = (schema: JsonObject): boolean =>
  schema.airbyte_secret === true || schema.writeOnly === true || schema.format === 'password';
const textOf = (value: JsonValue | undefined): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;
const propertiesOf = ({ properties }: JsonObject): JsonObject => (isObject(properties) ? properties : {});
const requiredOf = ({ required }: JsonObject): readonly unknown[] =>
  Array.isArray(required) ? required : [];

/** The types that a value may have beside null. */
const typesOf = ({ type }: JsonObject): readonly unknown[] =>
  (Array.isArray(type) ? (type as readonly unknown[]) : [type]).filter((one) => one !== 'null');

/** Alternatives of objects: what an Airbyte specification has for kinds of authorization. */
const alternativesOf = ({ oneOf, anyOf }: JsonObject): readonly JsonObject[] => {
  const list = (Array.isArray(oneOf) ? oneOf : Array.isArray(anyOf) ? anyOf : []) as readonly JsonValue[];
  const objects = list.filter(isObject);
  return objects.length === list.length && objects.every((one) => isObject(one.properties)) ? objects : [];
};

function kindOf(schema: JsonObject): ConfigurationField['kind'] {
  if (isSecretField(schema)) return 'secret';
  if (Array.isArray(schema.enum)) return 'choice';
  const [type, ...others] = typesOf(schema);
  if (others.length > 0) return others.includes('string') || type === 'string' ? 'text' : 'json';
  if (type === 'boolean') return 'yesNo';
  if (type === 'number' || type === 'integer') return 'number';
  if (type === 'array' && isObject(schema.items) && typesOf(schema.items)[0] === 'string') return 'list';
  return type === 'string' || (type === undefined && schema.properties === undefined) ? 'text' : 'json';
}

/** In the order that `order` gives, as Airbyte has it; else as they stand. */
const inOrder = (properties: JsonObject): [string, JsonObject][] => {
  const placeOf = ({ order }: JsonObject) => (typeof order === 'number' ? order : Number.MAX_SAFE_INTEGER);
  return Object.entries(properties)
    .filter((one): one is [string, JsonObject] => isObject(one[1]))
    .sort(([, a], [, b]) => placeOf(a) - placeOf(b));
};

interface Place {
  readonly id: string;
  readonly path: readonly string[];
  readonly required: boolean;
  readonly when?: ConfigurationField['when'];
}

function* fieldsAt(schema: JsonObject, place: Place): Generator<ConfigurationField> {
  for (const [name, inner] of inOrder(propertiesOf(schema))) {
    // What has one value only is set by itself.
    if (inner.const !== undefined) continue;
    const here: Place = {
      ...place,
      id: `${place.id}${place.id === '' ? '' : '.'}${name}`,
      path: [...place.path, name],
      required: place.required && requiredOf(schema).includes(name),
    };
    const alternatives = alternativesOf(inner);
    if (alternatives.length > 0) yield* alternativeFields(inner, alternatives, name, here);
    else if (Object.keys(propertiesOf(inner)).length > 0 && !isSecretField(inner))
      yield* fieldsAt(inner, here);
    else yield { ...common(inner, name, here), ...more(inner), kind: kindOf(inner) };
  }
}

function* alternativeFields(
  schema: JsonObject,
  alternatives: readonly JsonObject[],
  name: string,
  place: Place,
): Generator<ConfigurationField> {
  const titles = alternatives.map((one, i) => textOf(one.title) ?? `${name} ${i + 1}`);
  const choices = titles.map((title, i) => (titles.indexOf(title) < i ? `${title} (${i + 1})` : title));
  yield {
    ...common(schema, name, place),
    kind: 'alternative',
    choices,
    sets: Object.fromEntries(alternatives.map((one, i) => [choices[i] ?? '', constantsOf(one)])),
  };
  for (const [i, one] of alternatives.entries()) {
    const when = { id: place.id, choice: choices[i] ?? '' };
    yield* fieldsAt(one, { id: `${place.id}[${i}]`, path: place.path, required: true, when });
  }
}

const constantsOf = (schema: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries(propertiesOf(schema)).flatMap(([name, one]) =>
      isObject(one) && one.const !== undefined ? [[name, one.const]] : [],
    ),
  );

const common = (schema: JsonObject, name: string, { id, path, required, when }: Place) => {
  const description = textOf(schema.description);
  return {
    ...{ id, path, required },
    title: textOf(schema.title) ?? name,
    // Airbyte writes some of them in HTML.
    ...(description === undefined ? {} : { description: description.replace(/<[^<>]*>/g, '') }),
    ...(when === undefined ? {} : { when }),
  };
};

const more = (schema: JsonObject) => {
  const [example] = Array.isArray(schema.examples) ? (schema.examples as readonly JsonValue[]) : [];
  return {
    ...(Array.isArray(schema.enum) ? { choices: schema.enum as readonly JsonValue[] } : {}),
    ...(schema.default === undefined ? {} : { default: schema.default }),
    ...(example === undefined
      ? {}
      : { example: typeof example === 'string' ? example : JSON.stringify(example) }),
    ...(schema.multiline === true ? { long: true } : {}),
  };
};

/**
 * What a person is asked for to fill in a configuration, in the order of its JSON Schema. Objects inside are taken
 * apart, a choice between several objects becomes a question before their fields. What a form cannot show is asked for as JSON.
 */
export const configurationFields = (schema: JsonObject): readonly ConfigurationField[] => [
  ...fieldsAt(schema, { id: '', path: [], required: true }),
];

/** What a person gave, and what of it cannot be read. */
export interface FilledConfiguration {
  readonly configuration: JsonObject;
  /** Whole sentences. */
  readonly faults: readonly string[];
}

/**
 * Puts the answers of a person together.
 * @param answerTo What was given, as text; undefined or empty: nothing.
 */
export function fillConfiguration(
  fields: readonly ConfigurationField[],
  answerTo: (field: ConfigurationField) => string | undefined,
): FilledConfiguration {
  const chosen = new Map<string, string>();
  const faults: string[] = [];
  let configuration: JsonObject = {};
  const isAsked = ({ when }: ConfigurationField) => when === undefined || chosen.get(when.id) === when.choice;
  for (const field of fields) {
    if (!isAsked(field)) continue;
    const text = field.kind === 'secret' || field.long === true ? answerTo(field) : answerTo(field)?.trim();
    if (text === undefined || text === '') {
      if (field.required) faults.push(`${field.title} is missing.`);
      continue;
    }
    const read = readAnswer(field, text);
    if (read === undefined) {
      faults.push(`${field.title} must be ${wanted[field.kind]}.`);
      continue;
    }
    if (field.kind === 'alternative') chosen.set(field.id, text);
    configuration = put(configuration, field.path, read);
  }
  return { configuration, faults };
}

const wanted: Readonly<Record<ConfigurationField['kind'], string>> = {
  text: 'text',
  secret: 'text',
  number: 'a number',
  yesNo: 'yes or no',
  choice: 'one of those that are offered',
  alternative: 'one of those that are offered',
  list: 'texts with commas between them',
  json: 'JSON',
};

/** Undefined where it cannot be one. */
function readAnswer(field: ConfigurationField, text: string): JsonValue | undefined {
  switch (field.kind) {
    case 'text':
    case 'secret':
      return text;
    case 'number':
      return Number.isFinite(Number(text)) ? Number(text) : undefined;
    case 'yesNo':
      return /^(yes|y|true|on)$/i.test(text) ? true : /^(no|n|false|off)$/i.test(text) ? false : undefined;
    case 'choice':
      return field.choices?.find((one) => (typeof one === 'string' ? one : JSON.stringify(one)) === text);
    case 'alternative':
      return field.choices?.includes(text) === true ? (field.sets?.[text] ?? {}) : undefined;
    case 'list':
      return text
        .split(/[,\n]/)
        .map((one) => one.trim())
        .filter((one) => one !== '');
    case 'json':
      try {
        return JSON.parse(text) as JsonValue;
      } catch {
        return undefined;
      }
  }
}

function put(into: JsonObject, [name, ...rest]: readonly string[], value: JsonValue): JsonObject {
  if (name === undefined) return into;
  if (rest.length === 0) return { ...into, [name]: value };
  const inner = into[name];
  return { ...into, [name]: put(isObject(inner) ? inner : {}, rest, value) };
}
