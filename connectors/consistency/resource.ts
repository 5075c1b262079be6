import type { ConnectorDefinition, ResourceDefinition } from '../schema.ts';
import { type At, type Inconsistency, inconsistent, repeated } from './inconsistency.ts';
import { checkJsonSchema, fieldIn, listedFields } from './json-schemas.ts';
import { checkKindResource } from './kinds.ts';
import { checkPlaceholders, placeholdersOf } from './placeholders.ts';

const paramValues = (resource: ResourceDefinition): [name: string, value: string][] =>
  Object.entries(resource.params).map(([name, value]) => [name, String(value)]);

const holds = (resource: ResourceDefinition, placeholder: string): boolean =>
  paramValues(resource).some(([, value]) => placeholdersOf(value).includes(placeholder));

/** How pages follow each other: `at` is the place of the resource. */
export function* checkPagination(resource: ResourceDefinition, at: At): Generator<Inconsistency> {
  const { pagination } = resource;
  const here = [...at, 'pagination'];
  if (pagination.kind === 'none') return;
  if (
    pagination.kind === 'cursor' &&
    (pagination.nextPath === undefined) === (pagination.nextField === undefined)
  )
    yield inconsistent(here, 'one of nextPath and nextField', '/next', 'nextPath');
  if (pagination.kind === 'offset' && pagination.param === undefined && !holds(resource, 'offset'))
    yield inconsistent(here, 'param, or {offset} in a value of params', 'offset', 'param');
  if (pagination.sizeParam !== undefined && pagination.size === undefined)
    yield inconsistent([...here, 'sizeParam'], 'size beside it', 100, 'size');
}

/**
 * A text that the source fills: a value of a parameter.
 * @param dated Of a report: it holds the day, and never what incremental reads ask for.
 */
export function* checkFilled(
  definition: ConnectorDefinition,
  { pagination, incremental }: ResourceDefinition,
  text: string,
  at: At,
  dated = false,
): Generator<Inconsistency> {
  const reads = [incremental !== undefined, 'incremental reads', { param: 'since' }, 'incremental'] as const;
  const sized = pagination.kind !== 'none' && pagination.size !== undefined;
  const filled = {
    ...(dated ? {} : { since: reads, until: reads }),
    offset: [
      pagination.kind === 'offset',
      'pagination of kind offset',
      { kind: 'offset', size: 100 },
      'pagination',
    ],
    page: [
      pagination.kind === 'page',
      'pagination of kind page',
      { kind: 'page', param: 'page' },
      'pagination',
    ],
    cursor: [
      pagination.kind === 'cursor',
      'pagination of kind cursor',
      { kind: 'cursor', param: 'after', nextPath: '/next' },
      'pagination',
    ],
    size: [sized, 'pagination with a size', { kind: 'offset', size: 100 }, 'pagination'],
  } as const;
  yield* checkPlaceholders(definition, text, at, [...(dated ? ['date', 'end'] : []), ...Object.keys(filled)]);
  for (const [word, [there, what, example, key]] of Object.entries(filled))
    if (!there && placeholdersOf(text).includes(word))
      yield inconsistent(at, `${what} beside it: {${word}} comes from there`, example, key);
}

function* checkIncremental(
  definition: ConnectorDefinition,
  resource: ResourceDefinition,
  at: At,
): Generator<Inconsistency> {
  const { incremental, cursor } = resource;
  if (!incremental) return;
  const here = [...at, 'incremental'];
  // The source keeps its own place; a cursor beside it only tells the greater of two versions.
  if (incremental.bookmark !== undefined) return;
  if (cursor === undefined)
    yield inconsistent(here, 'a cursor field beside it, or no incremental reads', 'updated_at', 'cursor');
  yield* checkFilled(definition, resource, incremental.value, [...here, 'value']);
  yield* checkFilled(definition, resource, incremental.untilValue, [...here, 'untilValue']);
  if (!incremental.value.includes('{since}'))
    yield inconsistent([...here, 'value'], 'a text with {since}', '{since}');
  if (!incremental.untilValue.includes('{until}'))
    yield inconsistent([...here, 'untilValue'], 'a text with {until}', '{until}');
}

/** Every field that is named, with its place. */
function named(resource: ResourceDefinition): [field: string | undefined, path: At][] {
  const { key, cursor, freshnessField, mapping, fields, deletes, pagination } = resource;
  const list = (names: readonly string[] | undefined, path: At): [string, At][] =>
    (names ?? []).map((name, i) => [name, [...path, i]]);
  return [
    ...list(key, ['key']),
    [cursor, ['cursor']],
    [freshnessField, ['freshnessField']],
    ...Object.keys(mapping ?? {}).map((name): [string, At] => [name, ['mapping', name]]),
    ...list(fields?.only, ['fields', 'only']),
    ...list(fields?.drop, ['fields', 'drop']),
    ...list(fields?.hash, ['fields', 'hash']),
    [deletes?.kind === 'tombstone' ? deletes.field : undefined, ['deletes', 'field']],
    [pagination.kind === 'cursor' ? pagination.nextField : undefined, ['pagination', 'nextField']],
  ];
}

function* checkFields(resource: ResourceDefinition, at: At): Generator<Inconsistency> {
  for (const [field, path] of named(resource)) {
    if (field === undefined) continue;
    const found = fieldIn(resource.schema, field);
    if (!('missing' in found)) continue;
    const listed = listedFields(resource.schema) ?? [];
    const step = path.at(-1);
    const isMapping = path[0] === 'mapping';
    const which = field.startsWith('/')
      ? `"${found.missing}" of "${field}" is not listed there`
      : `"${field}" is none of ${listed.join(', ')}`;
    yield inconsistent(
      [...at, ...path],
      `a field of the schema; ${which}`,
      isMapping ? { [listed[0] ?? 'id']: 'name' } : (listed[0] ?? 'id'),
      isMapping ? 'mapping' : step,
    );
  }
}

/** The fields that a row cannot do without, once it is stored. */
const neededFields = ({
  key,
  cursor,
  freshnessField,
  deletes,
}: ResourceDefinition): ReadonlyMap<string, string> =>
  new Map<string, string>([
    ...(deletes?.kind === 'tombstone' ? [[deletes.field, 'says that a row is deleted'] as const] : []),
    ...(freshnessField === undefined ? [] : [[freshnessField, 'is the freshness field'] as const]),
    ...(cursor === undefined ? [] : [[cursor, 'is the cursor'] as const]),
    ...key.map((name) => [name, 'is part of the key'] as const),
  ]);

/** Whether taking `rule` away takes `field` away: itself or something above it. */
const covers = (rule: string, field: string): boolean => {
  const path = (name: string) => (name.startsWith('/') ? name : `/${name}`);
  return path(field) === path(rule) || path(field).startsWith(`${path(rule)}/`);
};

function* checkFieldRules(resource: ResourceDefinition, at: At): Generator<Inconsistency> {
  const { fields, freshnessField } = resource;
  if (!fields) return;
  const here = [...at, 'fields'];
  const needed = neededFields(resource);
  for (const [i, name] of fields.drop.entries())
    for (const [field, why] of needed)
      if (covers(name, field))
        yield inconsistent(
          [...here, 'drop', i],
          `a field that is not needed; "${field}" ${why}`,
          ['notes'],
          'drop',
        );
  for (const [i, name] of fields.hash.entries()) {
    // A hashed key still tells objects apart.
    for (const [field, why] of needed)
      if (covers(name, field) && !resource.key.includes(field))
        yield inconsistent(
          [...here, 'hash', i],
          `a field that is not read; "${field}" ${why}`,
          ['email'],
          'hash',
        );
    if (fields.drop.some((dropped) => covers(dropped, name)))
      yield inconsistent(
        [...here, 'hash', i],
        `a field that is kept; "${name}" is dropped`,
        ['email'],
        'hash',
      );
  }
  const { only } = fields;
  // The others of them are always kept.
  if (only && freshnessField !== undefined && !isKept(resource, freshnessField))
    if (!only.some((name) => covers(name, freshnessField)))
      yield inconsistent([...here, 'only'], `"${freshnessField}" among them: it is the freshness field`, [
        ...only,
        freshnessField,
      ]);
}

const isKept = ({ key, cursor, deletes }: ResourceDefinition, field: string): boolean =>
  key.includes(field) || field === cursor || (deletes?.kind === 'tombstone' && field === deletes.field);

function* checkMapping(resource: ResourceDefinition, at: At): Generator<Inconsistency> {
  const targets = new Set(
    listedFields(resource.schema)?.filter((name) => resource.mapping?.[name] === undefined),
  );
  for (const [from, to] of Object.entries(resource.mapping ?? {})) {
    if (targets.has(to))
      yield inconsistent(
        [...at, 'mapping', from],
        `a name that no other field has; "${to}" is taken`,
        `${resource.id}_${to}`,
      );
    targets.add(to);
  }
}

/** The rows of a resource: their schema, their key, and the fields that it names. */
export function* checkRows(resource: ResourceDefinition, at: At): Generator<Inconsistency> {
  if (resource.schema !== 'infer') yield* checkJsonSchema(resource.schema, [...at, 'schema']);
  for (const { at: i, value } of repeated(resource.key))
    yield inconsistent([...at, 'key', i], `each field once; "${value}" stands above`, ['id'], 'key');
  yield* checkFields(resource, at);
  yield* checkFieldRules(resource, at);
  yield* checkMapping(resource, at);
}

/** One resource: what it asks for, its schema, and the fields that it names. */
export function* checkResource(
  definition: ConnectorDefinition,
  resource: ResourceDefinition,
  at: At,
): Generator<Inconsistency> {
  const first = definition.resources.findIndex(({ id }) => id === resource.id);
  if (definition.resources[first] !== resource)
    yield inconsistent(
      [...at, 'id'],
      `an id that no other resource has; "${resource.id}" is taken`,
      `${resource.id}-2`,
    );
  yield* checkPagination(resource, at);
  yield* checkKindResource(definition, resource, at);
  if (resource.path !== undefined) yield* checkPlaceholders(definition, resource.path, [...at, 'path']);
  for (const [name, value] of paramValues(resource))
    yield* checkFilled(definition, resource, value, [...at, 'params', name]);
  yield* checkIncremental(definition, resource, at);
  yield* checkRows(resource, at);
}
