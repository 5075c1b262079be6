import type { Client } from '@temporalio/client';
import { startReport } from '../../activities/reports/start.ts';
import type { OnRetry } from './interactions.ts';

/** The button Retry: makes the failed report at once, or joins who makes it. @param taskQueue of workflows */
export const createReportRetry =
  (client: Client, taskQueue: string): OnRetry =>
  async ({ type, slot }, id) => {
    const by = { kind: 'person', id } as const;
    const how = await client.withDeadline(Date.now() + 5_000, () =>
      startReport(client, taskQueue, { type, slot, occasion: 'retry', by }),
    );
    return how === 'started'
      ? `The report ${type} of ${slot} is made again now.`
      : `The report ${type} of ${slot} is being made already.`;
  };
