import { createReportSource } from '../../connectors/registry.ts';
import type { ReportSource } from '../../connectors/source.ts';
import { TributaryError } from '../../domain/errors.ts';
import type { AppSource } from '../../domain/report-type.ts';
import type { ConnectionDoc, ReportDoc, RequestedReportDoc } from '../../stores/model.ts';
import { createCredentials } from '../authorization/credentials.ts';
import { appSettings } from '../connection.ts';
import { type Life, live } from '../life.ts';
import type { LoadingPorts } from '../ports.ts';
import type { AskedReport, ReportHeavyActivities, ReportRef, RequestedRef } from './contracts.ts';
import { markAsked, openReport } from './open.ts';
import { findSource } from './source.ts';

/** What asking an app for its reports is made from. */
export type ReportPorts = Pick<
  LoadingPorts,
  'stores' | 'definition' | 'secrets' | 'egress' | 'limits' | 'paces'
>;

/** The reports of an app, with what is asked of them. */
export interface OpenApp {
  readonly connection: ConnectionDoc;
  readonly reports: ReportSource;
  /** What every request says. */
  readonly asking: {
    readonly report: string;
    readonly signal: AbortSignal;
    readonly onWait: (waitMs: number) => void;
  };
}

/**
 * Opens the app of a report by the way that loading takes: the same credentials, rate limit and egress guard. From here
 * on the source counts as asked; a grant that is gone is found before.
 * @throws {TributaryError} as `findSource` does; GRANT_REVOKED, REPORT_TAKEN_OVER
 */
export async function openApp(
  ports: ReportPorts,
  ref: ReportRef,
  source: AppSource,
  life: Life,
): Promise<OpenApp> {
  const { connection } = await findSource(ports, { source });
  const { _id: connectionId, generation } = connection;
  const definition = ports.definition(connection.app);
  const app = await appSettings(ports, connection);
  const { signal } = life;
  const credentials = createCredentials(ports, { connectionId, generation, definition, app, signal });
  const reports = createReportSource(definition, app, {
    credentials,
    fetch: ports.egress.fetch,
    pace: ports.paces.of(connectionId, definition.rateLimit),
  });
  await credentials.authorization();
  await markAsked(ports.stores, ref);
  return { connection, reports, asking: { report: source.report, signal, onWait: life.waited } };
}

/** @throws {TributaryError} DEFINITION_INVALID: the type was changed while its report was made */
async function openOwn(ports: ReportPorts, ref: ReportRef, life: Life) {
  const { report, type } = await openReport(ports.stores, ref);
  if (type.source.kind !== 'app')
    throw new TributaryError(
      'DEFINITION_INVALID',
      'The report type was changed: the app is not asked any more.',
    );
  return { report, ...(await openApp(ports, ref, type.source, life)) };
}

/** Whether what was requested is still what is wanted. */
const isWanted = (
  known: RequestedReportDoc,
  { connection, asking }: OpenApp,
  { date }: Pick<ReportDoc, 'date'>,
): boolean =>
  known.connectionId === connection._id &&
  known.generation === connection.generation &&
  known.report === asking.report &&
  known.date === date;

/** See {@link ReportHeavyActivities}. */
export function requestReport(
  ports: ReportPorts,
  { instead, ...ref }: Parameters<ReportHeavyActivities['requestReport']>[0],
): Promise<Pick<RequestedRef, 'reportId'>> {
  return live('UNKNOWN_ERROR', async (life) => {
    const { report, ...app } = await openOwn(ports, ref, life);
    const { requested: known, date } = report;
    if (known && known.reportId !== instead && isWanted(known, app, report))
      return { reportId: known.reportId };
    const { connection, reports, asking } = app;
    const reportId = await reports.requestReport({ ...asking, date, timeZone: connection.timeZone });
    const requested: RequestedReportDoc = {
      ...{ connectionId: connection._id, generation: connection.generation, report: asking.report },
      ...{ date, reportId, at: new Date() },
    };
    await ports.stores.reports.change(ref.id, () => ({ requested }));
    return { reportId };
  });
}

/** See {@link ReportHeavyActivities}. */
export function askReport(ports: ReportPorts, { reportId, ...ref }: RequestedRef): Promise<AskedReport> {
  return live('UNKNOWN_ERROR', async (life) => {
    const { reports, asking } = await openOwn(ports, ref, life);
    const said = await reports.reportState({ ...asking, reportId });
    switch (said.state) {
      case 'done':
        return { ready: true };
      case 'pending':
        return { ready: false, ...(said.retryAfterMs === undefined ? {} : { waitMs: said.retryAfterMs }) };
      case 'failed':
        throw new TributaryError('SOURCE_REPORT_FAILED', `The app could not make the report: ${said.said}`);
    }
  });
}
