import { Ajv } from 'ajv';
import type { ConnectorDefinition, ResourceDefinition } from './schema.ts';

/** Something that each part allows but that does not fit together. */
export interface Inconsistency {
  readonly path: readonly (string | number)[];
  readonly expected: string;
}

function fieldsOf(resource: ResourceDefinition): readonly string[] | undefined {
  const properties = resource.schema === 'infer' ? undefined : resource.schema.properties;
  if (typeof properties !== 'object' || properties === null || Array.isArray(properties)) return undefined;
  return Object.keys(properties);
}

/** Draft 7, as the structuring stage compiles it. */
function* checkSchema(
  { schema }: ResourceDefinition,
  at: readonly (string | number)[],
): Generator<Inconsistency> {
  if (schema === 'infer') return;
  const ajv = new Ajv({ strict: false, logger: false });
  try {
    if (ajv.validateSchema(schema) === true) ajv.compile(schema);
    else {
      const fault = ajv.errors?.[0];
      const place = (fault?.instancePath ?? '').split('/').slice(1);
      yield { path: [...at, ...place], expected: `a JSON Schema: it ${fault?.message ?? 'has faults'}` };
    }
  } catch (error) {
    yield {
      path: at,
      expected: `a JSON Schema (draft 7): ${error instanceof Error ? error.message : error}`,
    };
  }
}

function* checkResource(
  resource: ResourceDefinition,
  at: readonly (string | number)[],
): Generator<Inconsistency> {
  yield* checkSchema(resource, [...at, 'schema']);
  if (resource.incremental && !resource.cursor)
    yield { path: [...at, 'incremental'], expected: 'a cursor field beside it, or no incremental reads' };
  const fields = fieldsOf(resource);
  if (fields) {
    const named: [string | undefined, (string | number)[]][] = [
      ...resource.key.map((name, i): [string, (string | number)[]] => [name, ['key', i]]),
      [resource.cursor, ['cursor']],
      [resource.freshnessField, ['freshnessField']],
      ...Object.keys(resource.mapping ?? {}).map((name): [string, string[]] => [name, ['mapping', name]]),
    ];
    for (const [name, path] of named) {
      if (name !== undefined && !fields.includes(name))
        yield {
          path: [...at, ...path],
          expected: `a field of the schema; "${name}" is none of ${fields.join(', ')}`,
        };
    }
  }
  const targets = new Set(fields?.filter((name) => resource.mapping?.[name] === undefined));
  for (const [from, to] of Object.entries(resource.mapping ?? {})) {
    if (targets.has(to))
      yield { path: [...at, 'mapping', from], expected: `a name that no other field has; "${to}" is taken` };
    targets.add(to);
  }
}

/** What one resource's records are called after mapping; undefined where the schema lists no fields. */
function recordFields(resource: ResourceDefinition): readonly string[] | undefined {
  return fieldsOf(resource)?.map((name) => resource.mapping?.[name] ?? name);
}

/** Checks what crosses the parts of a definition: unknown fields, double ids, schemas that are none. */
export function* inconsistencies(definition: ConnectorDefinition): Generator<Inconsistency> {
  const seen = new Set<string>();
  for (const [i, resource] of definition.resources.entries()) {
    if (seen.has(resource.id))
      yield { path: ['resources', i, 'id'], expected: 'an id that no other resource has' };
    seen.add(resource.id);
    yield* checkResource(resource, ['resources', i]);
  }
  for (const [i, rule] of (definition.deduplication ?? []).entries()) {
    const resource = definition.resources.find(({ id }) => id === rule.resource);
    if (!resource) {
      yield { path: ['deduplication', i, 'resource'], expected: `one of ${[...seen].join(', ')}` };
      continue;
    }
    const fields = recordFields(resource);
    for (const [j, group] of rule.match.entries()) {
      for (const [k, name] of group.entries()) {
        if (fields && !fields.includes(name))
          yield { path: ['deduplication', i, 'match', j, k], expected: `one of ${fields.join(', ')}` };
      }
    }
  }
}
