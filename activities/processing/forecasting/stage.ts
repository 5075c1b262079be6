import type { Analysis } from '../analysis.ts';
import { refreshDatapoints } from '../datapoints/refresh.ts';
import { forecastStored } from './forecast-stored.ts';
import { dayIn } from './today.ts';

/** Forecasting: what the metrics of a connection may be in the next periods. */
export const forecastConnection: Analysis = async (input) => {
  if (input.definition.metrics.length === 0) return { skipped: 'NO_METRICS' };
  await refreshDatapoints(input);
  return forecastStored(input, dayIn(input.connection.timeZone, new Date()));
};
