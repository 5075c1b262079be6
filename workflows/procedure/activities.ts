import { ActivityCancellationType, proxyActivities } from '@temporalio/workflow';
import type { CallbackFault, LifecycleActivities, SyncActivities } from '../../activities/contracts.ts';
import type { ProcedureAnswer } from '../../domain/procedures.ts';
import type { ProcedureRun } from './run.ts';

const patience = {
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  retry: { initialInterval: '500ms', maximumInterval: '10s' },
} as const;

export type ProcedureActivities = ReturnType<typeof procedureActivities>;

/** @param quickMs A worker that dies inside one of them is waited for so long. */
export const procedureActivities = (quickMs = 10_000) => ({
  /** Writes of the store: tried until it answers. */
  quick: proxyActivities<Pick<LifecycleActivities, 'endProcedure' | 'noteStep'>>({
    startToCloseTimeout: quickMs,
    ...patience,
  }),
  /** These ask others: the app, the connector's own code, the engine, or sync runs. */
  asking: proxyActivities<
    Omit<LifecycleActivities, 'endProcedure' | 'noteStep'> &
      Pick<SyncActivities, 'pauseSyncs' | 'resumeSyncs'>
  >({ startToCloseTimeout: '2 minutes', heartbeatTimeout: quickMs, ...patience }),
});

/** What the connector says against going on; null: nothing. */
export const fault = async (
  { ref, callbacks, asking }: ProcedureRun,
  when: 'before' | 'after',
): Promise<CallbackFault> => (callbacks ? asking.callConnector({ ...ref, when }) : null);

/** The answer of a procedure that the connector stopped and that had written nothing. */
export const faultAnswer = ({ rollBack, reason }: NonNullable<CallbackFault>): ProcedureAnswer => ({
  responseCode: rollBack ? 'ROLLED_BACK' : 'UNKNOWN_ERROR',
  message: reason,
});

/** Makes the Schedules what the store says by now. */
export const applySchedules = async ({ asking, ref: { connectionId } }: ProcedureRun): Promise<void> => {
  await asking.applySchedules({ connectionId });
};
