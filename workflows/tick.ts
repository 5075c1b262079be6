import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { TickActivities } from '../activities/contracts.ts';
import type { TickInput, TickOutcome } from '../domain/ticks.ts';

/** Tried until store and engine answer, but not for ever: the next tick comes by itself. */
const { runTick } = proxyActivities<TickActivities>({
  startToCloseTimeout: '30s',
  scheduleToCloseTimeout: '30 minutes',
  retry: { initialInterval: '500ms', maximumInterval: '30s' },
});

/** What an automation does in its tick, such as retention, may take longer. */
const { runTick: runAutomation } = proxyActivities<TickActivities>({
  startToCloseTimeout: '30 minutes',
  scheduleToCloseTimeout: '30 minutes',
  heartbeatTimeout: '30s',
  retry: { initialInterval: '500ms', maximumInterval: '30s' },
});

const scheduledStart = defineSearchAttributeKey('TemporalScheduledStartTime', SearchAttributeType.DATETIME);

/**
 * What a Schedule starts (states.md section 1, "When a session may start"). Workflow id `tick/<scheduleId>`, to which
 * the engine adds the time. It only decides: what it starts runs under its own id.
 * @returns what was decided, and why where nothing was started
 */
export async function tick(input: TickInput): Promise<TickOutcome> {
  if (!('automationId' in input)) return runTick(input);
  return runAutomation({ ...input, at: input.at ?? scheduledAt() });
}

/** The time that the tick stands for: a late one knows by it which date it is for. */
function scheduledAt(): string {
  const { typedSearchAttributes, startTime } = workflowInfo();
  return (typedSearchAttributes.get(scheduledStart) ?? startTime).toISOString();
}
