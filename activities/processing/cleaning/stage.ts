import type { Analysis } from '../analysis.ts';
import { refreshDatapoints } from '../datapoints/refresh.ts';
import { judgedDay } from '../judged-day.ts';
import { cleanStored } from './clean-stored.ts';
import { trimRevisions } from './revisions.ts';

/** Historical data cleaning: what is odd in the past of the series, and what need not be kept any more. */
export const cleanConnection: Analysis = async (input) => {
  const now = new Date();
  const trimmed = await trimRevisions(input, now);
  const reclaimed =
    trimmed === null ? {} : { revisionsDropped: trimmed.revisions, bytesReclaimed: trimmed.bytes };
  if (input.definition.metrics.length === 0)
    return trimmed === null ? { skipped: 'NO_METRICS' } : { series: 0, ...reclaimed };
  await refreshDatapoints(input);
  return { ...(await cleanStored(input, await judgedDay(input, now))), ...reclaimed };
};
