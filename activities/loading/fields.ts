import { createHmac, randomBytes } from 'node:crypto';
import type { ResourceDefinition } from '../../connectors/definition.ts';
import { valueAt } from '../../connectors/pointer.ts';
import type { JsonObject, JsonValue } from '../../domain/json.ts';
import type { ConnectionDoc, ResourceSetting } from '../../stores/model.ts';
import type { ActivityPorts } from '../ports.ts';
import { secretContext } from '../secret-context.ts';
import { canonical } from '../structuring/canonical.ts';
import { changeAt, merged, namesOf, pathOf, pick, without } from './paths.ts';

/** What is left of a row before anything of it is stored. */
export interface FieldRules {
  readonly only: readonly string[] | null;
  readonly drop: readonly string[];
  readonly hash: readonly string[];
  /** What stays of a part that is dropped. */
  readonly kept?: readonly string[];
}

type Resource = Pick<ResourceDefinition, 'key' | 'cursor' | 'fields' | 'deletes'>;

/** A field by its one name: `id` and `/id` are the same. */
const canonicalName = (field: string): string => pathOf(namesOf(field));

/**
 * The rules of the definition and those of the connection together. Key and cursor, and the field that tells a
 * deletion, are always kept; the last two are not hashed either, since they are read. Of what holds one of them the
 * rest goes.
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
  const isOneOf = (fields: readonly string[], name: string) =>
    fields.some((field) => canonicalName(field) === canonicalName(name));
  const needed = [...kept].map(canonicalName);
  const holdsNeeded = (name: string) => needed.some((field) => field.startsWith(`${canonicalName(name)}/`));
  const lists = [fields?.only, own?.only].filter((list) => list !== undefined);
  const [first, second] = lists;
  const chosen = second === undefined ? first : first?.filter((name) => second.includes(name));
  const toHash = [...(fields?.hash ?? []), ...(own?.hash ?? [])];
  // A hash of the whole would hide the part that is read.
  const drop = [...(fields?.drop ?? []), ...(own?.drop ?? []), ...toHash.filter(holdsNeeded)].filter(
    (name) => !isOneOf([...kept], name),
  );
  const hash = toHash.filter((name) => !isOneOf(read, name) && !isOneOf(drop, name));
  const torn = needed.filter((field) => drop.some((name) => field.startsWith(`${canonicalName(name)}/`)));
  return {
    only: chosen === undefined ? null : [...new Set([...kept, ...chosen])],
    drop: [...new Set(drop)],
    hash: [...new Set(hash)],
    ...(torn.length === 0 ? {} : { kept: torn }),
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
  const { only, drop, hash, kept = [] } = rules;
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
    if (kept.length > 0) left = merged(left, pick(row as JsonObject, kept));
    for (const name of hash) left = changeAt(left, name, hashed);
    return left;
  };
}

const alternatives = ['allOf', 'anyOf', 'oneOf'] as const;

/** What a reference inside of the schema stands for, so that its parts may be changed at this place only. */
function resolved(schema: JsonObject, root: JsonObject): JsonObject {
  const { $ref, ...rest } = schema;
  if (typeof $ref !== 'string' || !$ref.startsWith('#/')) return schema;
  const target = valueAt(root, $ref.slice(1));
  return isPlain(target) ? { ...target, ...rest } : schema;
}

const isPlain = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * The JSON Schema that is left: what is dropped is not asked for, what is hashed is a text or null. Of alternatives
 * that were told apart by what is dropped more than one may fit.
 */
export function schemaAfter(
  given: JsonObject,
  { only, drop, hash }: FieldRules,
  root: JsonObject = given,
): JsonObject {
  const schema = resolved(given, root);
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
    return [[name, hasRules(inner) && isPlain(one) ? schemaAfter(one, inner, root) : one]];
  });
  const { items, oneOf: _oneOf, ...others } = schema;
  const after = (inner: JsonValue) =>
    isPlain(inner) ? schemaAfter(inner, { only, drop, hash }, root) : inner;
  const choices = alternatives.flatMap((name) => {
    const list = schema[name];
    return Array.isArray(list) ? [[name === 'oneOf' ? 'anyOf' : name, list.map(after)] as const] : [];
  });
  return {
    ...others,
    // A path goes through lists as it goes through objects.
    ...(items === undefined ? {} : { items: after(items) }),
    ...Object.fromEntries(choices),
    ...(properties === undefined ? {} : { properties: Object.fromEntries(left) }),
    ...(required === undefined ? {} : { required: required.filter((name) => !gone(name)) }),
  };
}

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
