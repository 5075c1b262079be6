import type { Client } from '@temporalio/client';
import { applyAutomation } from '../activities/automations/apply.ts';
import { automationScheduleIdOf } from '../domain/automation-rules.ts';
import { workflowTypes } from '../domain/contracts.ts';
import type { AutomationTick } from '../domain/ticks.ts';
import type { Stores } from '../stores/open.ts';
import type { AutomationsPort } from './automations-port.ts';
import { engineError } from './engine-errors.ts';

/** What the port is made of. */
export interface AutomationsOptions {
  readonly stores: Pick<Stores, 'automations'>;
  /** Queue of the ticks. */
  readonly taskQueue: string;
  /** How long an answer of the engine is waited for. @default 5000 */
  readonly answerMs?: number;
  /** How long the engine may take to list its Schedules. @default 60000 */
  readonly listMs?: number;
}

const prefix = automationScheduleIdOf('');

/** The one place in client/ that talks to the engine about automations. */
export function createAutomationsPort(client: Client, options: AutomationsOptions): AutomationsPort {
  const { stores, taskQueue, answerMs = 5_000, listMs = 60_000 } = options;
  const asked = async <T>(ask: () => Promise<T>, withinMs = answerMs): Promise<T> => {
    try {
      return await client.withDeadline(Date.now() + withinMs, ask);
    } catch (error) {
      throw engineError(error);
    }
  };
  return {
    apply: (automationId) => asked(() => applyAutomation(stores, { client, taskQueue }, automationId)),
    async start({ slot, ...tick }) {
      const { automationId, hand } = tick;
      const id = `tick/${automationScheduleIdOf(automationId)}/${slot}`;
      const input: AutomationTick = tick;
      await asked(() =>
        client.workflow.start(workflowTypes.tick, {
          workflowId: hand === undefined ? id : `${id}/hand/${hand.id}`,
          taskQueue,
          args: [input],
          memo: { automationId },
          staticSummary: `${automationId}: tick`,
          workflowIdConflictPolicy: 'USE_EXISTING',
        }),
      );
    },
    there: () =>
      asked(async () => {
        const there = new Map<string, boolean>();
        for await (const { scheduleId, state } of client.schedule.list())
          if (scheduleId.startsWith(prefix)) there.set(scheduleId.slice(prefix.length), state.paused);
        return there;
      }, listMs),
  };
}
