import type { Analysis } from '../analysis.ts';
import { refreshDatapoints } from '../datapoints/refresh.ts';
import { refreshReportSeries } from '../datapoints/refresh-reports.ts';
import { dayIn, judgedDay } from '../judged-day.ts';
import { forecastStored } from './forecast-stored.ts';

/** Forecasting: what the metrics of a connection may be in the next periods. */
export const forecastConnection: Analysis = async (input) => {
  const { definition } = input;
  const ofReports = await refreshReportSeries(input);
  const metrics = [...definition.metrics, ...ofReports];
  if (metrics.length === 0) return { skipped: 'NO_METRICS' };
  await refreshDatapoints(input);
  const now = new Date();
  const all = { ...input, definition: { ...definition, metrics } };
  return forecastStored(all, await judgedDay(input, now), dayIn(input.connection.timeZone, now));
};
