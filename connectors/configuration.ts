import { createHash } from 'node:crypto';
import { TributaryError } from '../domain/errors.ts';
import type { JsonObject, JsonValue } from '../domain/json.ts';
import { isSecretField } from './configuration-form.ts';
import { valueAt } from './pointer.ts';
import type { ConnectorDefinition } from './schema.ts';

const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Parts of a schema that say something of the same value. */
const alternatives = ({ oneOf, anyOf, allOf }: JsonObject): readonly JsonObject[] =>
  [oneOf, anyOf, allOf].flatMap((list) => (Array.isArray(list) ? list.filter(isObject) : []));

const propertyOf = (schemas: readonly JsonObject[], name: string): readonly JsonObject[] =>
  schemas.flatMap((schema) => {
    const all = [schema, ...alternatives(schema)];
    return all.flatMap(({ properties }) => {
      const found = isObject(properties) ? properties[name] : undefined;
      return isObject(found) ? [found] : [];
    });
  });

const itemsOf = (schemas: readonly JsonObject[]): readonly JsonObject[] =>
  schemas.flatMap((schema) =>
    [schema, ...alternatives(schema)].flatMap(({ items }) => (isObject(items) ? [items] : [])),
  );

/** Walks a value beside what the schema says of it. A field that one alternative calls a secret is one in all. */
function walk(
  value: JsonValue,
  schemas: readonly JsonObject[],
  secret: (value: JsonValue) => JsonValue | undefined,
): JsonValue | undefined {
  if (schemas.some((schema) => isSecretField(schema) || alternatives(schema).some(isSecretField)))
    return secret(value);
  if (Array.isArray(value)) {
    const items = itemsOf(schemas);
    return value.flatMap((one) => {
      const left = walk(one as JsonValue, items, secret);
      return left === undefined ? [] : [left];
    });
  }
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, inner]) => {
      const left = walk(inner, propertyOf(schemas, name), secret);
      return left === undefined ? [] : [[name, left]];
    }),
  );
}

/** A configuration without what its schema calls a secret. */
export const withoutSecrets = (schema: JsonObject, configuration: JsonObject): JsonObject =>
  walk(configuration, [schema], () => undefined) as JsonObject;

/** Texts and numbers below a value. */
const leaves = (value: JsonValue): string[] =>
  Array.isArray(value)
    ? value.flatMap((one) => leaves(one as JsonValue))
    : isObject(value)
      ? Object.values(value).flatMap(leaves)
      : typeof value === 'string' || typeof value === 'number'
        ? [String(value)]
        : [];

/** The secret values of a configuration as texts, for what redacts the words of a program; empty ones are left out. */
export function secretValues(schema: JsonObject, configuration: JsonObject): readonly string[] {
  const found: string[] = [];
  walk(configuration, [schema], (value) => {
    found.push(...leaves(value).filter((text) => text !== ''));
    return undefined;
  });
  return [...new Set(found)];
}

/** JSON text with the keys of every object in order: equal for equal values. */
function canonical(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map((one) => canonical(one as JsonValue)).join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const pairs = Object.keys(value)
    .sort()
    .map((name) => `${JSON.stringify(name)}:${canonical(value[name] ?? null)}`);
  return `{${pairs.join(',')}}`;
}

/** The JSON Schema of the configuration that connections of an app have; undefined for an app without. */
export const configurationSchema = ({ auth }: Pick<ConnectorDefinition, 'auth'>): JsonObject | undefined =>
  auth.kind === 'configuration' ? auth.schema : undefined;

/**
 * Whose data a configuration opens: what stands at `identity.account`, else the first 16 digits of the SHA-256 of all
 * that is no secret, in hex.
 * @throws TributaryError INVALID_CREDENTIALS when nothing stands there
 */
export function accountOf(definition: ConnectorDefinition, configuration: JsonObject): string {
  const pointer = definition.identity?.account;
  if (pointer === undefined) {
    const known = withoutSecrets(configurationSchema(definition) ?? {}, configuration);
    return createHash('sha256').update(canonical(known)).digest('hex').slice(0, 16);
  }
  const id = valueAt(configuration, pointer);
  if ((typeof id === 'string' && id !== '') || typeof id === 'number') return String(id);
  throw new TributaryError('INVALID_CREDENTIALS', `The configuration says no account at "${pointer}".`);
}

/**
 * The configuration in what `Credentials.authorization()` of such a connection gives.
 * @throws TributaryError INVALID_CREDENTIALS when it is none
 */
export function configurationFrom(authorization: string | undefined): JsonObject {
  let value: JsonValue | undefined;
  try {
    value = JSON.parse(authorization ?? '') as JsonValue;
  } catch {
    value = undefined;
  }
  if (isObject(value)) return value;
  throw new TributaryError('INVALID_CREDENTIALS', 'The connection has no configuration.');
}
