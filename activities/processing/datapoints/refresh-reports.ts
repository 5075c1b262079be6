import type { AnalysisInput } from '../analysis.ts';
import type { Metric } from './plan.ts';
import { feedingTypes, putReportPoints, putReportSeries, reportMetricsOf } from './report-series.ts';

/**
 * Brings the series of reports that add to the datapoints up to date: what reports put there themselves, and those that
 * were there before their type did. May be stopped or killed at any point.
 * @returns the metrics of these series; none: no report type of the connection adds to them
 */
export async function refreshReportSeries(
  input: Pick<AnalysisInput, 'ports' | 'session' | 'connection' | 'life'>,
): Promise<readonly Metric[]> {
  const { ports, session, connection, life } = input;
  const { stores } = ports;
  const owner = { _id: connection._id, generation: session.generation };
  const types = await feedingTypes(stores, owner._id);
  const { reportPoints } = stores.analysis.of(owner._id, owner.generation);
  if (types.length === 0 && (await reportPoints.count()) === 0) return [];
  for (const type of types)
    for (const report of await stores.reports.all(type._id)) {
      await life.stopIfAsked();
      if (await putReportPoints(stores, owner, type, report)) life.progressed({ report: report._id });
    }
  await putReportSeries(stores, owner, types, session._id);
  return reportMetricsOf(types);
}
