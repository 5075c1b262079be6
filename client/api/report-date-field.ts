import { resourceOf } from '../../activities/connection.ts';
import { resourceAfter, rulesOf } from '../../activities/loading/fields.ts';
import { createDayReader } from '../../activities/processing/datapoints/calendar.ts';
import { valueAtPath } from '../../activities/sync/mapping/compile.ts';
import type { ResourceDefinition } from '../../connectors/schema.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { ReportSource } from '../../domain/report-type.ts';
import type { ConnectionDoc } from '../../stores/model.ts';
import type { RouteDeps } from './deps.ts';
import { findDefinition } from './find.ts';
import { invalid } from './problem.ts';

/** Fields that a refusal offers. */
const mostOffered = 8;

/**
 * Refuses a date field that would leave every report empty: one that neither a record nor the schema has, or that holds
 * no date. Looks at the first thousand records at most; of what nothing is known yet, nothing is refused.
 * @throws {TributaryError} INVALID_INPUT naming the fields that hold dates
 */
export async function requireDateField(
  deps: Pick<RouteDeps, 'stores' | 'definitions'>,
  connection: ConnectionDoc,
  source: ReportSource,
): Promise<void> {
  if (source.kind === 'app' || source.from !== 'records' || source.dateField === null) return;
  const { resource: id, dateField } = source;
  const resource = resourceOf(findDefinition(deps, connection.app), id);
  const names = namesIn(resourceAfter(resource, rulesOf(resource, connection)));
  const { _id, generation, timeZone } = connection;
  const rows: JsonObject[] = [];
  for await (const page of deps.stores.records.of(_id, generation, id).pages({ data: 1 })) {
    rows.push(...page.map(({ data }) => data));
    break;
  }
  const dayOf = createDayReader(timeZone);
  const holdsDate = (path: string) => rows.some((data) => dayOf(valueAtPath(data, path)) !== null);
  if (holdsDate(dateField)) return;
  const isThere = rows.some((data) => valueAtPath(data, dateField) !== null);
  const isKnown = names === null ? rows.length === 0 : names.has(dateField.split('.', 1)[0] ?? dateField);
  if (!isThere && isKnown) return;
  const known = new Set([...rows.flatMap((data) => Object.keys(data)), ...(names?.keys() ?? [])]);
  const dates = [...known].filter((name) => holdsDate(name) || names?.get(name) === true);
  const offered = dates.length === 0 ? '' : ` Fields with a date: ${dates.slice(0, mostOffered).join(', ')}.`;
  throw invalid({
    path: 'body.source.dateField',
    message: isThere
      ? `"${dateField}" holds no date in the records of ${id}.${offered}`
      : `neither a record nor the schema of ${id} has a field "${dateField}".${offered}`,
  });
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
