import { isDeepStrictEqual } from 'node:util';
import { resourceOf } from '../../activities/connection.ts';
import { reportIn } from '../../activities/reports/source.ts';
import { deliveryTargetOf } from '../../activities/reports/target.ts';
import type { ConnectorDefinition } from '../../connectors/definition.ts';
import type { JsonObject } from '../../domain/json.ts';
import {
  defaultKeyField,
  type ReportColumn,
  type ReportTarget,
  targetFaults,
} from '../../domain/report-target.ts';
import type { ReportSource } from '../../domain/report-type.ts';
import type { ConnectionDoc } from '../../stores/model.ts';
import type { RouteDeps } from './deps.ts';
import { findDefinition } from './find.ts';
import { invalid } from './problem.ts';
import type { ReportTargetBody } from './schemas/reports.ts';
import { typeOf } from './sync-input.ts';
import { prepareAt } from './sync-target.ts';

type Deps = Pick<RouteDeps, 'stores' | 'definitions' | 'delivery' | 'secrets'>;

/** A target as it is stored; columns that are left out follow from the source. */
export function targetOf(
  deps: Pick<Deps, 'stores' | 'definitions'>,
  body: ReportTargetBody,
  connection: ConnectionDoc,
  source: ReportSource,
): ReportTarget {
  if (body.kind === 'mongodb') return body;
  const { kind, destination: destinationId, object, keyField = defaultKeyField } = body;
  const columns =
    body.columns?.map(({ name, type, field = name }) => ({ name, type, field })) ??
    columnsOf(findDefinition(deps, connection.app), source);
  const target = { kind, destinationId, object, keyField, columns };
  const faults = targetFaults(target).map((message) => ({ path: 'body.target', message }));
  if (faults.length > 0) throw invalid(...faults);
  return target;
}

/**
 * Makes at the destination what a report type needs there.
 * @returns what was made, and what was found, in sentences
 * @throws {TributaryError} INVALID_INPUT where the destination is not there; TARGET_UNFIT with every problem;
 * DESTINATION_...
 */
export async function prepareReportTarget(
  deps: Deps,
  type: string,
  target: ReportTarget,
): Promise<readonly string[]> {
  if (target.kind === 'mongodb') return [];
  const { destinationId } = target;
  const destination = await deps.stores.destinations.get(destinationId);
  if (destination === null)
    throw invalid({
      path: 'body.target.destination',
      message: `there is no destination "${destinationId}"; make it first`,
    });
  const { name, limits } = deps.delivery.driver(destination.kind).description;
  const stays = limits.deletes ? [] : [`${name} does not delete: rows that leave a report stay there.`];
  return [...(await prepareAt(deps, destination, deliveryTargetOf(type, target))), ...stays];
}

/** What a change of the target means for the reports that are there. */
export const moveEffects = (was: ReportTarget, is: ReportTarget): readonly string[] =>
  was.kind === 'mongodb' || isDeepStrictEqual(was, is)
    ? []
    : ['Rows that were delivered stay where they are; a report is delivered anew when it is made again.'];

const plain = (name: string, type: ReportColumn['type'] = 'text'): ReportColumn => ({
  ...{ name, type, field: name },
});

const ofDatapoints: readonly ReportColumn[] = [
  ...['metric', 'dimension', 'of', 'currency'].map((name) => plain(name)),
  plain('period', 'date'),
  plain('grain'),
  plain('value', 'number'),
  plain('rows', 'integer'),
];

/** The fields of a source's rows. @throws {TributaryError} INVALID_INPUT where the definition does not name them */
function columnsOf(definition: ConnectorDefinition, source: ReportSource): readonly ReportColumn[] {
  if (source.kind === 'query' && source.from === 'datapoints') return ofDatapoints;
  const { schema, mapping = {} } =
    source.kind === 'app' ? reportIn(definition, source.report) : resourceOf(definition, source.resource);
  const properties = schema === 'infer' ? {} : ((schema as JsonObject).properties ?? {});
  const known = new Map(
    Object.entries(properties as Readonly<Record<string, JsonObject>>).map(
      ([name, of]) => [mapping[name] ?? name, typeOf(of)] as const,
    ),
  );
  const names = (source.kind === 'query' ? source.fields : undefined) ?? [...known.keys()];
  if (names.length === 0)
    throw invalid({
      path: 'body.target.columns',
      message: 'is missing: the definition does not name the fields of the rows',
    });
  return names.map((name) => plain(name, known.get(name)));
}
