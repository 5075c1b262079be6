import type { ReportDoc } from '../../stores/model.ts';
import type { Stores } from '../../stores/open.ts';
import { feedingTypes, putReportPoints, putReportSeries } from '../processing/datapoints/report-series.ts';

/** Puts the numbers of a report's current revision into the datapoints, where its type says so. May be repeated. */
export async function feedDatapoints(
  stores: Pick<Stores, 'analysis' | 'connections' | 'reports' | 'reportRows' | 'reportTypes'>,
  report: ReportDoc,
): Promise<void> {
  const type = await stores.reportTypes.get(report.type);
  if (type?.addToDatapoints !== true) return;
  const connection = await stores.connections.get(type.source.connectionId);
  if (connection === null || connection.ownCode === 26) return;
  const types = await feedingTypes(stores, connection._id);
  const own = types.find(({ _id }) => _id === type._id);
  if (own === undefined) return;
  await putReportPoints(stores, connection, own, report);
  await putReportSeries(stores, connection, types, report._id);
}
