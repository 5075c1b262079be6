import { defineQuery, setHandler } from '@temporalio/workflow';
import { pingQuery } from '../domain/ping.ts';

/**
 * What the watchdog asks to see whether a worker lives. Workflow id `watchdog/<task queue>`. The run ends at once; from
 * then on a query of it, which a worker has to answer and which adds nothing to its history, is the ping.
 */
export async function ping(): Promise<void> {
  setHandler(defineQuery<true>(pingQuery), () => true);
}
