import { createHmac, randomBytes } from 'node:crypto';
import type { ResourceDefinition } from '../../connectors/definition.ts';
import type { JsonObject, JsonValue } from '../../domain/json.ts';
import type { ConnectionDoc, ResourceSetting } from '../../stores/model.ts';
import type { ActivityPorts } from '../ports.ts';
import { secretContext } from '../secret-context.ts';
import { canonical } from '../structuring/canonical.ts';
import { changeAt, namesOf, pick, without } from './paths.ts';

/** What is left of a row before anything of it is stored. */
export interface FieldRules {
  readonly only: readonly string[] | null;
  readonly drop: readonly string[];
  readonly hash: readonly string[];
}

type Resource = Pick<ResourceDefinition, 'key' | 'cursor' | 'fields' | 'deletes'>;

/**
 * The rules of the definition and those of the connection together. Key and cursor, and the field that tells a
 * deletion, are always kept; the last two are not hashed either, since they are read.
 */
export function fieldRules(
  resource: Resource,
  setting: Pick<ResourceSetting, 'fields'> | undefined,
): FieldRules {
  const { key, cursor, fields, deletes } = resource;
  const own = setting?.fields;
  const read = [cursor, deletes?.kind === 'tombstone' ? deletes.field : undefined].filter(
    (name) => name !== undefined,
  );
  const kept = new Set([...key, ...read]);
  const lists = [fields?.only, own?.only].filter((list) => list !== undefined);
  const [first, second] = lists;
  const chosen = second === undefined ? first : first?.filter((name) => second.includes(name));
  const drop = [...(fields?.drop ?? []), ...(own?.drop ?? [])].filter((name) => !kept.has(name));
  const hash = [...(fields?.hash ?? []), ...(own?.hash ?? [])].filter(
    (name) => !read.includes(name) && !drop.includes(name),
  );
  return {
    only: chosen === undefined ? null : [...new Set([...kept, ...chosen])],
    drop: [...new Set(drop)],
    hash: [...new Set(hash)],
  };
}

export const hasRules = ({ only, drop, hash }: FieldRules): boolean =>
  only !== null || drop.length > 0 || hash.length > 0;

/**
 * Applies rules to rows. Hashed values are HMAC-SHA256 in hex: of a text its characters, of anything else its
 * canonical JSON; null stays null. A row that is no object has no fields that could be told apart: nothing is left.
 */
export function createFieldFilter(rules: FieldRules, hashKey: Buffer): (row: JsonValue) => JsonValue {
  if (!hasRules(rules)) return (row) => row;
  const { only, drop, hash } = rules;
  const hashed = (value: JsonValue): JsonValue =>
    value === null
      ? null
      : createHmac('sha256', hashKey)
          .update(typeof value === 'string' ? value : canonical(value))
          .digest('hex');
  return (row) => {
    if (typeof row !== 'object' || row === null || Array.isArray(row)) return null;
    let left = only === null ? (row as JsonObject) : pick(row as JsonObject, only);
    for (const name of drop) left = without(left, name);
    for (const name of hash) left = changeAt(left, name, hashed);
    return left;
  };
}

/** The JSON Schema that is left: what is dropped is not asked for, what is hashed is a text or null. */
export function schemaAfter(schema: JsonObject, { only, drop, hash }: FieldRules): JsonObject {
  const properties = schema.properties as Readonly<Record<string, JsonObject>> | undefined;
  const required = schema.required as readonly string[] | undefined;
  const firsts = (paths: readonly string[]) => new Set(paths.map((path) => namesOf(path)[0] ?? ''));
  const keptNames = only === null ? null : firsts(only);
  const gone = (name: string) =>
    keptNames?.has(name) === false ||
    drop.some((path) => namesOf(path).length === 1 && namesOf(path)[0] === name);
  const below = (paths: readonly string[], name: string) =>
    paths
      .map(namesOf)
      .filter((names) => names.length > 1 && names[0] === name)
      .map((names) => pathOf(names.slice(1)));
  const left = Object.entries(properties ?? {}).flatMap(([name, one]): [string, JsonObject][] => {
    if (gone(name)) return [];
    if (hash.some((path) => namesOf(path).length === 1 && namesOf(path)[0] === name))
      return [[name, { type: ['string', 'null'] }]];
    const whole =
      only === null || only.some((path) => namesOf(path).length === 1 && namesOf(path)[0] === name);
    const inner = {
      only: whole ? null : below(only ?? [], name),
      drop: below(drop, name),
      hash: below(hash, name),
    };
    return [[name, hasRules(inner) && typeof one === 'object' ? schemaAfter(one, inner) : one]];
  });
  const { items } = schema;
  const isList = typeof items === 'object' && items !== null && !Array.isArray(items);
  return {
    ...schema,
    // A path goes through lists as it goes through objects.
    ...(isList ? { items: schemaAfter(items as JsonObject, { only, drop, hash }) } : {}),
    ...(properties === undefined ? {} : { properties: Object.fromEntries(left) }),
    ...(required === undefined ? {} : { required: required.filter((name) => !gone(name)) }),
  };
}

const pathOf = (names: readonly string[]): string =>
  names.map((name) => `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

/** The resource as its rows are stored: its schema is that of what is left of them. */
export function resourceAfter(resource: ResourceDefinition, rules: FieldRules): ResourceDefinition {
  const { schema } = resource;
  return schema === 'infer' || !hasRules(rules)
    ? resource
    : { ...resource, schema: schemaAfter(schema, rules) };
}

/** The rules of one resource of a connection. */
export const rulesOf = (
  resource: ResourceDefinition,
  { resources }: Pick<ConnectionDoc, 'resources'>,
): FieldRules =>
  fieldRules(
    resource,
    resources.find(({ id }) => id === resource.id),
  );

/** The connection's key for hashes; made once. A connection that hashes nothing has none. */
export async function hashKeyOf(
  { stores, secrets }: Pick<ActivityPorts, 'stores' | 'secrets'>,
  connection: Pick<ConnectionDoc, '_id' | 'hashKey'>,
  { hash }: Pick<FieldRules, 'hash'>,
): Promise<Buffer> {
  if (hash.length === 0) return Buffer.alloc(0);
  const context = secretContext.hashKey(connection._id);
  let sealed = connection.hashKey;
  if (sealed === undefined) {
    const fresh = secrets.seal(randomBytes(32).toString('base64'), context);
    const after = await stores.connections.change(connection._id, (now) =>
      now.hashKey === undefined ? { hashKey: fresh } : null,
    );
    sealed = after.hashKey ?? fresh;
  }
  return Buffer.from(String(secrets.open(sealed, context)), 'base64');
}
