import type { ResourceDefinition } from '../../../connectors/definition.ts';
import type { JsonObject } from '../../../domain/json.ts';
import type { FieldMapping, SyncModel } from '../../../stores/model.ts';
import { fit } from './fit.ts';
import { variablesOf } from './template.ts';

/** What the mapping of a sync must go with. */
export interface MappingOf {
  readonly mapping: readonly FieldMapping[];
  readonly keyField: string;
}

const keyTypes: readonly string[] = ['text', 'number', 'integer'];

/**
 * Everything that is wrong with a mapping and its model, each in a sentence; none: it can be saved.
 * @param resource definition of the model's resource
 */
export function mappingFaults(
  resource: Pick<ResourceDefinition, 'schema' | 'mapping' | 'key'>,
  model: Pick<SyncModel, 'filter'>,
  { mapping, keyField }: MappingOf,
): string[] {
  const faults: string[] = [];
  const known = fieldsOf(resource);
  const unknown = (path: string): boolean => known !== null && !isKnown(known, path);
  if (keyField === '') faults.push('The key field is missing: name the field that holds the key.');
  const names = new Set<string>();
  for (const field of mapping) {
    const { to, type, from } = field;
    if (to === '') faults.push('A mapping has no name.');
    if (names.has(to)) faults.push(`Two mappings go to "${to}".`);
    names.add(to);
    if ('field' in from && unknown(from.field))
      faults.push(`"${to}" comes from "${from.field}", which the resource does not have.`);
    if ('constant' in from) {
      const found = fit(from.constant, type);
      if ('why' in found) faults.push(`"${to}": the constant ${found.why}.`);
    }
    if ('template' in from) faults.push(...templateFaults(to, from.template, unknown));
    if (to === keyField) faults.push(...keyFaults(field, resource));
  }
  for (const path of Object.keys(model.filter))
    if (unknown(path)) faults.push(`The filter asks for "${path}", which the resource does not have.`);
  return faults;
}

/** The key field holds the record's key, so that a row that is gone can be named too. */
function keyFaults({ to, type, from }: FieldMapping, resource: Pick<ResourceDefinition, 'key' | 'mapping'>) {
  const [key, ...more] = resource.key;
  const name = key === undefined ? undefined : (resource.mapping?.[key] ?? key);
  if (more.length > 0 || !('field' in from) || from.field !== name)
    return [`"${to}" is the key field: leave it out of the mapping, or take it from "${name}" unchanged.`];
  return keyTypes.includes(type) ? [] : [`"${to}" is the key field: its type is text, number or integer.`];
}

/** A misspelt field would put every row into quarantine. */
function templateFaults(to: string, template: string, unknown: (path: string) => boolean): string[] {
  try {
    return variablesOf(template)
      .filter(unknown)
      .map((name) => `"${to}": its template reads "${name}", which the resource does not have.`);
  } catch (error) {
    return [
      `"${to}": the template cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    ];
  }
}

/** The JSON Schemas of a record's fields by name; null when the definition does not name them. */
function fieldsOf({ schema, mapping = {} }: Pick<ResourceDefinition, 'schema' | 'mapping'>) {
  const properties = schema === 'infer' ? undefined : (schema as JsonObject).properties;
  if (typeof properties !== 'object' || properties === null) return null;
  const found = new Map<string, unknown>();
  for (const [name, inner] of Object.entries(properties)) found.set(mapping[name] ?? name, inner);
  for (const [from, to] of Object.entries(mapping)) if (from.startsWith('/')) found.set(to, {});
  return found;
}

function isKnown(fields: ReadonlyMap<string, unknown>, path: string): boolean {
  if (fields.has(path)) return true;
  const [first = '', ...rest] = path.split('.');
  let schema = fields.get(first);
  if (schema === undefined) return false;
  for (const name of rest) {
    const { properties } = schema as { readonly properties?: Readonly<Record<string, unknown>> };
    // What is not described further may be anything.
    if (properties === undefined) return true;
    schema = properties[name];
    if (schema === undefined) return false;
  }
  return true;
}
