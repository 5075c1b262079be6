import type { ConnectorDefinition, ReportDefinition } from '../../connectors/schema.ts';
import { parseSessionId } from '../../domain/contracts.ts';
import { TributaryError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { KeyedRow } from '../../domain/report-diff.ts';
import type { DatapointsSource, RecordsSource, ReportType } from '../../domain/report-type.ts';
import type { ConnectionDoc } from '../../stores/model.ts';
import { resourceOf } from '../connection.ts';
import type { ActivityPorts } from '../ports.ts';
import { createDayReader, periodOf } from '../processing/datapoints/calendar.ts';
import { compileFilter, valueAtPath } from '../sync/mapping/compile.ts';

/** What a report reads. */
export interface FoundSource {
  readonly connection: ConnectionDoc;
  /** The app makes the report in its own time. */
  readonly asynchronous: boolean;
}

type Ports = Pick<ActivityPorts, 'stores' | 'definition'>;

/**
 * Finds the source of a report type; nothing is read yet.
 * @throws {TributaryError} CONNECTION_GONE, DEFINITION_INVALID, NOT_FOUND; of a report of the app CONNECTION_PAUSED and
 * GRANT_REVOKED
 */
export async function findSource(
  { stores, definition }: Ports,
  { source }: Pick<ReportType, 'source'>,
): Promise<FoundSource> {
  const connection = await stores.connections.get(source.connectionId);
  if (connection === null)
    throw new TributaryError('NOT_FOUND', `There is no connection "${source.connectionId}".`);
  const { _id, app } = connection;
  if (connection.ownCode === 26)
    throw new TributaryError('CONNECTION_GONE', `The connection "${_id}" was disconnected.`);
  if (source.kind === 'app') {
    const report = reportIn(definition(app), source.report);
    requireUsable(connection);
    return { connection, asynchronous: report.asynchronous !== undefined };
  }
  if (source.from === 'records') resourceOf(definition(app), source.resource);
  return { connection, asynchronous: false };
}

/** @throws {TributaryError} DEFINITION_INVALID when the definition does not have the report */
export function reportIn({ id: app, reports }: ConnectorDefinition, id: string): ReportDefinition {
  const report = reports.find((one) => one.id === id);
  if (report !== undefined) return report;
  const known = reports.map((one) => one.id).join(', ');
  throw new TributaryError(
    'DEFINITION_INVALID',
    `${app} has no report "${id}"; ${known === '' ? 'it has none' : `it has ${known}`}.`,
  );
}

/** An app is asked for as long as a person lets it be asked, and we have its grant. */
function requireUsable({ _id, status, ownCode, authorized }: ConnectionDoc): void {
  if (status === 'PAUSED' || status === 'PAUSING')
    throw new TributaryError('CONNECTION_PAUSED', `The connection "${_id}" is paused: its app is not asked.`);
  if (ownCode === 8)
    throw new TributaryError('GRANT_REVOKED', `The app no longer accepts the grant of "${_id}".`);
  if (!authorized) throw new TributaryError('GRANT_REVOKED', `"${_id}" is not authorized at its app.`);
}

/** Rows of the report's date in what the store has, each key once. @param date Null: of a real-time report. */
export const storedPages = (
  ports: Ports,
  connection: ConnectionDoc,
  source: RecordsSource | DatapointsSource,
  date: string | null,
): AsyncIterable<readonly KeyedRow[]> =>
  source.from === 'datapoints'
    ? datapointsOf(ports, connection, source, date)
    : recordsOf(ports, connection, source, date);

/** Records of a day in the connection's calendar, as the last sealed session left them. */
async function* recordsOf(
  { stores }: Ports,
  { _id, generation, timeZone, sealedSession }: ConnectionDoc,
  { resource, dateField, filter = {}, fields }: RecordsSource,
  date: string | null,
): AsyncGenerator<readonly KeyedRow[]> {
  const has = compileFilter({ resource, filter });
  const dayOf = createDayReader(timeZone);
  const isOf = (data: JsonObject) =>
    date === null || dateField === null || dayOf(valueAtPath(data, dateField)) === date;
  const records = stores.records.of(_id, generation, resource);
  for await (const page of records.pages({ data: 1, createdIn: 1 }))
    yield page
      // A session that is still open may have made records; they count once it is Synced.
      .filter(
        ({ data, createdIn }) =>
          (parseSessionId(createdIn)?.number ?? 0) <= sealedSession && isOf(data) && has(data),
      )
      .map(({ _id: key, data }) => ({ key, data: chosen(data, fields) }));
}

const chosen = (data: JsonObject, fields: readonly string[] | undefined): JsonObject =>
  fields === undefined
    ? data
    : Object.fromEntries(fields.map((field) => [field, valueAtPath(data, field)] as const));

/** The points of a metric in the period of a day; without a day the newest of each series. */
async function* datapointsOf(
  { stores }: Ports,
  { _id, generation }: ConnectionDoc,
  { metric, dimension }: DatapointsSource,
  date: string | null,
): AsyncGenerator<readonly KeyedRow[]> {
  for await (const series of stores.analysis.of(_id, generation).series.stream()) {
    if (series.metric !== metric) continue;
    if (dimension !== undefined && series.dimension?.field !== dimension) continue;
    const start = date === null ? series.points.at(-1)?.start : periodOf(date, series.grain);
    const point = series.points.find((one) => one.start === start);
    if (point === undefined) continue;
    const data = {
      metric,
      dimension: series.dimension?.field ?? null,
      of: series.dimension?.value ?? null,
      currency: series.currency,
      period: point.start,
      grain: series.grain,
      value: point.value,
      rows: point.rows,
    };
    yield [{ key: series._id, data }];
  }
}
