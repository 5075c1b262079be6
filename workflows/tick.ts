import { proxyActivities } from '@temporalio/workflow';
import type { TickActivities } from '../activities/contracts.ts';
import type { TickInput, TickOutcome } from '../domain/ticks.ts';

/** Tried until store and engine answer, but not for ever: the next tick comes by itself. */
const { runTick } = proxyActivities<TickActivities>({
  startToCloseTimeout: '30s',
  scheduleToCloseTimeout: '30 minutes',
  retry: { initialInterval: '500ms', maximumInterval: '30s' },
});

/**
 * What a Schedule of a connection starts (states.md section 1, "When a session may start"). Workflow id
 * `tick/refresh/<connectionId>/<configuration>`, to which the engine adds the time. It only decides: the session runs
 * under its own id.
 * @returns what was decided, and why where nothing was started
 */
export async function tick(input: TickInput): Promise<TickOutcome> {
  return runTick(input);
}
