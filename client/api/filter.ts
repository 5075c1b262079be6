import type { ConnectorDefinition } from '../../connectors/definition.ts';
import type { JsonObject, JsonValue } from '../../domain/json.ts';
import type { RecordFilter } from '../../stores/records.ts';
import { invalid } from './problem.ts';

/** What a field of a record may be, by the resource's schema; none when the schema does not say. */
function typesOf(definition: ConnectorDefinition, resourceId: string, field: string): readonly string[] {
  const resource = definition.resources.find(({ id }) => id === resourceId);
  const schema = resource?.schema === 'infer' ? undefined : resource?.schema;
  const properties = schema?.properties as JsonObject | undefined;
  // The schema speaks the app's names, a record has those of the mapping.
  const renamed = Object.entries(resource?.mapping ?? {}).find(([, to]) => to === field);
  const property = properties?.[renamed?.[0] ?? field] as JsonObject | undefined;
  const { type } = property ?? {};
  return typeof type === 'string' ? [type] : Array.isArray(type) ? type.map(String) : [];
}

function typed(text: string, types: readonly string[]): JsonValue {
  if (types.includes('string')) return text;
  if (text === 'null' && types.includes('null')) return null;
  if (types.includes('boolean') && (text === 'true' || text === 'false')) return text === 'true';
  if ((types.includes('number') || types.includes('integer')) && text !== '' && !Number.isNaN(Number(text)))
    return Number(text);
  return text;
}

/**
 * The filter of a query with `where.<field>=value`: each value has the type that the resource's schema gives.
 * @throws {TributaryError} INVALID_INPUT for a name that no field can have
 */
export function filterOf(
  definition: ConnectorDefinition,
  resource: string,
  query: Readonly<Record<string, unknown>>,
): RecordFilter {
  const fields = Object.entries(query).filter(([name]) => name.startsWith('where.'));
  const faults = fields
    .filter(([name]) => name.split('.').some((part) => part === '' || part.startsWith('$')))
    .map(([name]) => ({ path: `querystring.${name}`, message: 'is no field that can be filtered by' }));
  if (faults.length > 0) throw invalid(...faults);
  return Object.fromEntries(
    fields.map(([name, value]) => {
      const field = name.slice('where.'.length);
      return [field, typed(String(value), typesOf(definition, resource, field))];
    }),
  );
}
