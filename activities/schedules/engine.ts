import {
  type Client,
  ScheduleAlreadyRunning,
  ScheduleNotFoundError,
  type ScheduleOptions,
  ScheduleOverlapPolicy,
  type ScheduleSpec,
  type ScheduleUpdateOptions,
} from '@temporalio/client';
import { workflowTypes } from '../../domain/contracts.ts';
import { intervalMs } from '../../domain/schedule.ts';
import type { DesiredSchedule, DesiredSyncSchedule, ScheduleTimes, TickInput } from '../../domain/ticks.ts';
import { type ConnectionRef, connectionAttributes } from '../session-run.ts';
import type { ScheduleEngine } from './apply.ts';

/** When a Schedule of the engine runs. */
export function specOf({ recurrence, phaseMs, timeZone, jitterMs }: ScheduleTimes): ScheduleSpec {
  if (recurrence.kind === 'INTERVAL')
    return { intervals: [{ every: intervalMs(recurrence.every), offset: phaseMs }] };
  // The engine wants it written as it is in the list of zones.
  const { timeZone: timezone } = new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions();
  return { cronExpressions: [recurrence.cron], timezone, jitter: jitterMs };
}

/** Creates a Schedule, or makes the one that is there the same. */
export async function putSchedule(
  { client, taskQueue }: ScheduleEngine,
  connection: ConnectionRef,
  desired: DesiredSchedule | DesiredSyncSchedule,
  catchupWindowMs: number,
): Promise<void> {
  const { scheduleId, paused } = desired;
  const { _id: connectionId, company, app } = connection;
  const [input, whose, does]: [TickInput, string, string] =
    'syncId' in desired
      ? [{ connectionId, syncId: desired.syncId }, `${desired.syncId}: tick`, `Runs ${desired.syncId}`]
      : [
          { connectionId, configuration: desired.configuration },
          `${connectionId}: tick of ${desired.configuration}`,
          `Refreshes ${connectionId}`,
        ];
  const memo = { connectionId, company, app };
  const schedule = {
    spec: specOf(desired),
    action: {
      type: 'startWorkflow' as const,
      workflowType: workflowTypes.tick,
      workflowId: `tick/${scheduleId}`,
      taskQueue,
      args: [input],
      memo,
      typedSearchAttributes: connectionAttributes(connection),
      staticSummary: whose,
      priority: { fairnessKey: company },
    },
    policies: {
      overlap: ScheduleOverlapPolicy.ALLOW_ALL,
      catchupWindow: catchupWindowMs,
      pauseOnFailure: false,
    },
    state: { paused, note: paused ? 'It stands still with its connection, or is disabled' : does },
  };
  await putAtEngine(client, scheduleId, memo, schedule);
}

/** Creates a Schedule of this id, or makes the one that is there the same. */
export async function putAtEngine(
  client: Client,
  scheduleId: string,
  memo: Readonly<Record<string, string>>,
  schedule: Omit<ScheduleOptions, 'scheduleId' | 'memo'> & ScheduleUpdateOptions,
): Promise<void> {
  const handle = client.schedule.getHandle(scheduleId);
  // One that is deleted or made by others meanwhile is found on the next way round.
  for (;;) {
    try {
      return await handle.update(() => schedule);
    } catch (error) {
      if (!(error instanceof ScheduleNotFoundError)) throw error;
    }
    try {
      await client.schedule.create({ scheduleId, memo: { ...memo }, ...schedule });
      return;
    } catch (error) {
      if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    }
  }
}

/** Deletes a Schedule; one that is gone is no error. */
export async function removeSchedule(client: Client, scheduleId: string): Promise<void> {
  try {
    await client.schedule.getHandle(scheduleId).delete();
  } catch (error) {
    if (!(error instanceof ScheduleNotFoundError)) throw error;
  }
}
