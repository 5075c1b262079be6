import type { ConnectorDefinition, ResourceDefinition } from '../../connectors/schema.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { ReportSource } from '../../domain/report-type.ts';
import type { ConnectionDoc } from '../../stores/model.ts';
import type { Stores } from '../../stores/open.ts';
import { resourceOf } from '../connection.ts';
import { resourceAfter, rulesOf } from '../loading/fields.ts';
import { createDayReader } from '../processing/datapoints/calendar.ts';
import { valueAtPath } from '../sync/mapping/compile.ts';

/** Fields that a refusal offers. */
const mostOffered = 8;

/**
 * Why a date field would leave every report empty: neither a record nor the schema has it, or it holds no date. Looks at
 * the first thousand records at most; of what nothing is known yet, nothing is refused.
 * @returns null: nothing is wrong; else what is, with the fields that hold dates
 */
export async function dateFieldFault(
  stores: Pick<Stores, 'records'>,
  definition: ConnectorDefinition,
  connection: ConnectionDoc,
  source: ReportSource,
): Promise<string | null> {
  if (source.kind === 'app' || source.from !== 'records' || source.dateField === null) return null;
  const { resource: id, dateField } = source;
  const resource = resourceOf(definition, id);
  const names = namesIn(resourceAfter(resource, rulesOf(resource, connection)));
  const { _id, generation, timeZone } = connection;
  const rows: JsonObject[] = [];
  for await (const page of stores.records.of(_id, generation, id).pages({ data: 1 })) {
    rows.push(...page.map(({ data }) => data));
    break;
  }
  const dayOf = createDayReader(timeZone);
  const holdsDate = (path: string) => rows.some((data) => dayOf(valueAtPath(data, path)) !== null);
  if (holdsDate(dateField)) return null;
  const isThere = rows.some((data) => valueAtPath(data, dateField) !== null);
  const isKnown = names === null ? rows.length === 0 : names.has(dateField.split('.', 1)[0] ?? dateField);
  if (!isThere && isKnown) return null;
  const known = new Set([...rows.flatMap((data) => Object.keys(data)), ...(names?.keys() ?? [])]);
  const dates = [...known].filter((name) => holdsDate(name) || names?.get(name) === true);
  const offered = dates.length === 0 ? '' : ` Fields with a date: ${dates.slice(0, mostOffered).join(', ')}.`;
  return isThere
    ? `"${dateField}" holds no date in the records of ${id}.${offered}`
    : `neither a record nor the schema of ${id} has a field "${dateField}".${offered}`;
}

/** The fields that the schema lists, as they are stored, and whether each is said to be a date; null: it lists none. */
function namesIn({ schema, mapping = {} }: ResourceDefinition): ReadonlyMap<string, boolean> | null {
  if (schema === 'infer' || typeof schema.properties !== 'object' || schema.properties === null) return null;
  const listed = Object.entries(schema.properties as Readonly<Record<string, JsonObject>>);
  const lifted = Object.entries(mapping).filter(([from]) => from.startsWith('/'));
  return new Map([
    ...listed.map(([name, one]) => [mapping[name] ?? name, isDate(one)] as const),
    ...lifted.map(([, to]) => [to, false] as const),
  ]);
}

const isDate = (schema: unknown): boolean =>
  typeof schema === 'object' &&
  schema !== null &&
  ['date', 'date-time'].includes(String((schema as { readonly format?: unknown }).format));
