import { resourceOf } from '../../activities/connection.ts';
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
export const sourceOf = ({ connection, ...source }: ReportSourceBody): ReportSource =>
  ({ kind: 'query', connectionId: connection, ...source }) as ReportSource;

/** @throws {TributaryError} INVALID_INPUT for settings that do not go together, or a source that is not there */
export async function requireSound(deps: RouteDeps, type: ReportType): Promise<ConnectionDoc> {
  const faults = reportTypeFaults(type).map(({ field, message }) => ({ path: `body.${field}`, message }));
  if (faults.length > 0) throw invalid(...faults);
  const { source } = type;
  try {
    const connection = await findConnection(deps, source.connectionId);
    const definition = await findDefinition(deps, connection.app);
    if (source.from === 'records') resourceOf(definition, source.resource);
    else if (!definition.metrics.some(({ id }) => id === source.metric))
      throw new TributaryError('NOT_FOUND', `${definition.id} has no metric "${source.metric}".`);
    return connection;
  } catch (error) {
    if (!(error instanceof TributaryError) || error.retryable) throw error;
    throw invalid({ path: 'body.source', message: error.message });
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
