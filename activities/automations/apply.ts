import { ScheduleOverlapPolicy, type ScheduleSpec } from '@temporalio/client';
import { automationScheduleIdOf, taskText } from '../../domain/automation-rules.ts';
import type { MissedPolicy } from '../../domain/automations.ts';
import { workflowTypes } from '../../domain/contracts.ts';
import { tickTimesOf } from '../../domain/due-times.ts';
import type { AutomationTick } from '../../domain/ticks.ts';
import type { AutomationDoc } from '../../stores/model.ts';
import type { Stores } from '../../stores/open.ts';
import type { ScheduleEngine } from '../schedules/apply.ts';
import { putAtEngine, removeSchedule } from '../schedules/engine.ts';
import { textFingerprint } from '../structuring/canonical.ts';

/** Ten seconds are the least that the engine takes. */
const catchupMs: Readonly<Record<MissedPolicy, number>> = {
  runAll: 7 * 86_400_000,
  runOnce: 7 * 86_400_000,
  skip: 10_000,
};

/** Each round sees what was written during the one before. */
const mostRounds = 20;

/** When the Schedule of an automation ticks. */
export function automationSpec(automation: AutomationDoc): ScheduleSpec {
  const times = tickTimesOf(automation);
  if (times.kind === 'interval') return { intervals: [{ every: times.everyMs }] };
  const { hour, minute, dayOfWeek, timezone } = times;
  const days = dayOfWeek === null ? {} : { dayOfWeek: [dayNames[dayOfWeek] ?? 'SUNDAY'] };
  return { calendars: [{ hour, minute, ...days }], timezone };
}

const dayNames = ['SUNDAY', 'MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY'] as const;

/** Changes whenever the Schedule does. */
export const fingerprintOfAutomation = (automation: AutomationDoc): string =>
  textFingerprint(
    JSON.stringify([automationSpec(automation), automation.disabled, catchupMs[automation.missed]]),
  );

/**
 * Makes the Schedule of an automation what the store says, and notes that the engine has it so. May be repeated, and
 * run several times at once. One that is gone from the store loses its Schedule.
 */
export async function applyAutomation(
  { automations }: Pick<Stores, 'automations'>,
  engine: ScheduleEngine,
  automationId: string,
): Promise<void> {
  for (let round = 1; round <= mostRounds; round++) {
    const automation = await automations.get(automationId);
    if (automation === null) return removeSchedule(engine.client, automationScheduleIdOf(automationId));
    const fingerprint = fingerprintOfAutomation(automation);
    await putSchedule(engine, automation);
    const after = await automations.get(automationId);
    if (after === null || fingerprintOfAutomation(after) !== fingerprint) continue;
    if (after.applied !== fingerprint)
      await automations.change(automationId, (doc) =>
        fingerprintOfAutomation(doc) === fingerprint ? { applied: fingerprint } : null,
      );
    return;
  }
}

async function putSchedule({ client, taskQueue }: ScheduleEngine, automation: AutomationDoc): Promise<void> {
  const { _id: automationId, name, disabled, missed, task } = automation;
  const scheduleId = automationScheduleIdOf(automationId);
  const input: AutomationTick = { automationId };
  await putAtEngine(
    client,
    scheduleId,
    { automationId },
    {
      spec: automationSpec(automation),
      action: {
        type: 'startWorkflow',
        workflowType: workflowTypes.tick,
        workflowId: `tick/${scheduleId}`,
        taskQueue,
        args: [input],
        memo: { automationId },
        staticSummary: `${automationId}: tick`,
      },
      policies: {
        overlap: ScheduleOverlapPolicy.ALLOW_ALL,
        catchupWindow: catchupMs[missed],
        pauseOnFailure: false,
      },
      state: { paused: disabled, note: disabled ? 'It is disabled' : `${name}: ${taskText(task)}` },
    },
  );
}
