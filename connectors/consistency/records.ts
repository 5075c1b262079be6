import type { ConnectorDefinition, ResourceDefinition } from '../schema.ts';
import { type At, type Inconsistency, inconsistent, repeated } from './inconsistency.ts';
import { fieldIn, listedFields } from './json-schemas.ts';

/** What one resource's records are called after mapping; undefined where the schema lists no fields. */
function recordFields({ schema, mapping = {}, fields }: ResourceDefinition): readonly string[] | undefined {
  const listed = listedFields(schema);
  if (listed === undefined) return undefined;
  const kept = listed.filter((name) => !fields?.drop.includes(name));
  const lifted = Object.entries(mapping).flatMap(([from, to]) => (from.startsWith('/') ? [to] : []));
  return [...kept.map((name) => mapping[name] ?? name), ...lifted];
}

/** A field of the records of a resource is asked for. */
function* checkField(resource: ResourceDefinition, field: string, at: At): Generator<Inconsistency> {
  const fields = recordFields(resource);
  if (fields === undefined || fields.includes(field)) return;
  // A pointer names a field further down, which keeps its name.
  if (field.startsWith('/') && !('missing' in fieldIn(resource.schema, field))) return;
  yield inconsistent(at, `one of ${fields.join(', ')}`, fields[0] ?? 'id');
}

/** Deduplication and metrics: what is read from records. */
export function* checkRecords(definition: ConnectorDefinition): Generator<Inconsistency> {
  const ids = definition.resources.map(({ id }) => id);
  const resourceOf = (id: string) => definition.resources.find((resource) => resource.id === id);
  const unknown = (at: At) => inconsistent(at, `one of ${ids.join(', ')}`, ids[0]);

  for (const [i, rule] of (definition.deduplication ?? []).entries()) {
    const at = ['deduplication', i];
    const resource = resourceOf(rule.resource);
    if (!resource) {
      yield unknown([...at, 'resource']);
      continue;
    }
    for (const [j, group] of rule.match.entries()) {
      if (Array.isArray(group)) {
        for (const [k, name] of group.entries()) yield* checkField(resource, name, [...at, 'match', j, k]);
        continue;
      }
      for (const [k, { field, countryField }] of group.fields.entries()) {
        const place = [...at, 'match', j, 'fields', k];
        yield* checkField(resource, field, [...place, 'field']);
        if (countryField !== undefined) yield* checkField(resource, countryField, [...place, 'countryField']);
      }
    }
    const { name, sameAddress = [] } = rule.suggest ?? {};
    if (name !== undefined) yield* checkField(resource, name.field, [...at, 'suggest', 'name', 'field']);
    for (const [k, field] of sameAddress.entries())
      yield* checkField(resource, field, [...at, 'suggest', 'sameAddress', k]);
    for (const [field, choice] of Object.entries(rule.survivorship?.fields ?? {})) {
      const place = [...at, 'survivorship', 'fields', field];
      yield* checkField(resource, field, place);
      if (typeof choice === 'object')
        yield* checkField(resource, choice.sourceField, [...place, 'sourceField']);
    }
  }
  for (const { at, value } of repeated((definition.deduplication ?? []).map(({ resource }) => resource)))
    yield inconsistent(
      ['deduplication', at, 'resource'],
      `each resource once; put the alternatives of "${value}" into one match`,
      [['email'], ['phone']],
      'match',
    );

  for (const { at, value } of repeated(definition.metrics.map(({ id }) => id)))
    yield inconsistent(
      ['metrics', at, 'id'],
      `an id that no other metric has; "${value}" is taken`,
      `${value}-2`,
    );
  for (const [i, metric] of definition.metrics.entries()) {
    const at = ['metrics', i];
    const resource = resourceOf(metric.resource);
    if (!resource) {
      yield unknown([...at, 'resource']);
      continue;
    }
    const { measure, time, dimensions, entities, currency } = metric;
    yield* checkField(resource, time, [...at, 'time']);
    if (measure.kind !== 'count') yield* checkField(resource, measure.field, [...at, 'measure', 'field']);
    if (measure.kind === 'ratio') yield* checkField(resource, measure.per, [...at, 'measure', 'per']);
    for (const [j, name] of dimensions.entries()) yield* checkField(resource, name, [...at, 'dimensions', j]);
    for (const [j, name] of entities.entries()) yield* checkField(resource, name, [...at, 'entities', j]);
    if (currency && 'field' in currency)
      yield* checkField(resource, currency.field, [...at, 'currency', 'field']);
  }
}
