import type { Analysis } from '../analysis.ts';
import { refreshDatapoints } from '../datapoints/refresh.ts';
import { dayIn, judgedDay } from '../judged-day.ts';
import { forecastStored } from './forecast-stored.ts';

/** Forecasting: what the metrics of a connection may be in the next periods. */
export const forecastConnection: Analysis = async (input) => {
  if (input.definition.metrics.length === 0) return { skipped: 'NO_METRICS' };
  await refreshDatapoints(input);
  const now = new Date();
  return forecastStored(input, await judgedDay(input, now), dayIn(input.connection.timeZone, now));
};
