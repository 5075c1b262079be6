import type { ReportsPort } from '../reports-port.ts';
import type { OnRetry } from './interactions.ts';

/** The button Retry: makes the failed report at once, or joins who makes it. */
export const createReportRetry =
  (reports: Pick<ReportsPort, 'start'>): OnRetry =>
  async ({ type, slot }, id) => {
    const how = await reports.start({ type, slot, occasion: 'retry', by: { kind: 'person', id } });
    return how === 'started'
      ? `The report ${type} of ${slot} is made again now.`
      : `The report ${type} of ${slot} is being made already.`;
  };
