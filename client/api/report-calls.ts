import { requireSource } from '../../activities/reports/edit-type.ts';
import { reportIn } from '../../activities/reports/source.ts';
import type { ConnectorDefinition } from '../../connectors/schema.ts';
import { TributaryError } from '../../domain/errors.ts';
import { reportIdOf } from '../../domain/report-contracts.ts';
import { type ReportSource, type ReportType, reportTypeFaults } from '../../domain/report-type.ts';
import type { ConnectionDoc, ReportDoc, ReportTypeDoc } from '../../stores/model.ts';
import type { RouteDeps } from './deps.ts';
import { findConnection, findDefinition } from './find.ts';
import { invalid, notFound } from './problem.ts';
import type { ReportSourceBody, ReportStarted } from './schemas/reports.ts';

type Stored = Pick<RouteDeps, 'stores'>;

/** @throws {TributaryError} NOT_FOUND */
export async function findReportType({ stores }: Stored, id: string): Promise<ReportTypeDoc> {
  const doc = await stores.reportTypes.get(id);
  if (doc === null) throw notFound('report type', id);
  return doc;
}

/** @throws {TributaryError} NOT_FOUND */
export async function findReport({ stores }: Stored, type: string, slot: string): Promise<ReportDoc> {
  const { _id } = await findReportType({ stores }, type);
  const doc = await stores.reports.get(reportIdOf(_id, slot));
  if (doc === null) throw notFound('report', slot, `of the report type ${type}`);
  return doc;
}

/** A source as it is stored. */
export const sourceOf = (body: ReportSourceBody): ReportSource => {
  const { connection: connectionId, ...source } = body;
  return source.from === 'app'
    ? { kind: 'app', connectionId, report: source.report }
    : ({ kind: 'query', connectionId, ...source } as ReportSource);
};

/**
 * The source and the Report Type Id together: of a report of the app they are one value, so that each follows the other.
 * @param wanted What a person gave of both; what is left out stays, or follows.
 */
export function sourceAndId(
  wanted: {
    readonly source?: ReportSourceBody | undefined;
    readonly reportTypeId?: string | null | undefined;
  },
  was?: Pick<ReportType, 'source' | 'reportTypeId'>,
): Pick<ReportType, 'source' | 'reportTypeId'> {
  const given = wanted.source === undefined ? was?.source : sourceOf(wanted.source);
  if (given === undefined) throw new Error('A report type has a source.');
  const { reportTypeId } = wanted;
  if (given.kind !== 'app')
    return {
      source: given,
      reportTypeId: reportTypeId === undefined ? (was?.reportTypeId ?? null) : reportTypeId,
    };
  const follows = wanted.source === undefined && typeof reportTypeId === 'string';
  const source = follows ? { ...given, report: reportTypeId } : given;
  return { source, reportTypeId: reportTypeId ?? source.report };
}

/** @throws {TributaryError} INVALID_INPUT for settings that do not go together, or a source that is not there */
export async function requireSound(deps: RouteDeps, type: ReportType): Promise<ConnectionDoc> {
  const faults = reportTypeFaults(type).map(({ field, message }) => ({ path: `body.${field}`, message }));
  if (faults.length > 0) throw invalid(...faults);
  const { source } = type;
  try {
    const connection = await findConnection(deps, source.connectionId);
    const definition = await findDefinition(deps, connection.app);
    if (source.kind === 'app') requireReport(deps, definition, source.report);
    else requireSource(definition, source);
    return connection;
  } catch (error) {
    if (!(error instanceof TributaryError) || error.retryable) throw error;
    throw invalid({ path: 'body.source', message: error.message });
  }
}

/** @throws {TributaryError} DEFINITION_INVALID; where another app has the report, this one is named */
function requireReport(deps: RouteDeps, definition: ConnectorDefinition, report: string): void {
  try {
    reportIn(definition, report);
  } catch (error) {
    const others = [...deps.definitions().values()].filter(({ reports }) =>
      reports.some(({ id }) => id === report),
    );
    if (!(error instanceof TributaryError) || others.length === 0) throw error;
    const apps = others.map(({ id }) => id).join(' and ');
    throw new TributaryError(
      error.code,
      `${error.message} ${apps} has a report "${report}": name a connection of that app.`,
    );
  }
}

/** What a call that starts a report answers. */
export const startedView = (
  { date }: Pick<ReportDoc, 'date'>,
  decision: ReportStarted['decision'],
): ReportStarted => ({
  decision,
  sentence:
    decision === 'started'
      ? `The report of ${date} is being made.`
      : `The report of ${date} is being made already.`,
});
