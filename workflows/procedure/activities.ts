import { ActivityCancellationType, proxyActivities } from '@temporalio/workflow';
import type { CallbackFault, LifecycleActivities } from '../../activities/contracts.ts';
import type { ProcedureRun } from './run.ts';

const patience = {
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  retry: { initialInterval: '500ms', maximumInterval: '10s' },
} as const;

/** Writes of the store: tried until it answers. */
export const quick = proxyActivities<Pick<LifecycleActivities, 'endProcedure' | 'noteStep'>>({
  // A worker that dies inside one is waited for so long.
  startToCloseTimeout: '10s',
  ...patience,
});

/** These ask others: the app, or the connector's own code. */
export const asking = proxyActivities<
  Pick<LifecycleActivities, 'beginProcedure' | 'callConnector' | 'changeConfiguration'>
>({ startToCloseTimeout: '2 minutes', heartbeatTimeout: '10s', ...patience });

/** What the connector says against going on; null: nothing. */
export const fault = async (
  { ref, callbacks }: ProcedureRun,
  when: 'before' | 'after',
): Promise<CallbackFault> => (callbacks ? asking.callConnector({ ...ref, when }) : null);
