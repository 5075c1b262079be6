import { type Client, ScheduleNotFoundError, ScheduleOverlapPolicy } from '@temporalio/client';
import type { Logger } from 'pino';
import { putAtEngine } from '../activities/schedules/engine.ts';
import { workflowTypes } from '../domain/contracts.ts';
import { heartbeatMs } from '../domain/overview.ts';
import type { OverviewTick } from '../domain/ticks.ts';
import type { Stores } from '../stores/open.ts';
import { createPeriodic, type Periodic } from './periodic.ts';

const minuteMs = 60_000;

/** What the heartbeat is made of. */
export interface OverviewHeartbeatOptions {
  readonly stores: Pick<Stores, 'overview'>;
  readonly client: Client;
  /** Queue of the tick. */
  readonly taskQueue: string;
  readonly log: Logger;
  /** Between two rounds. @default 60000 */
  readonly intervalMs?: number;
  /** @default 'system/overview' */
  readonly scheduleId?: string;
  /** How long an answer of the engine is waited for. @default 5000 */
  readonly answerMs?: number;
}

/**
 * Sees to it that the Schedule exists that writes the row of Overview every 30 minutes, and asks for a beat at once
 * where the row is older than that: after a start, and after an outage.
 */
export function createOverviewHeartbeat(options: OverviewHeartbeatOptions): Periodic {
  const { stores, client, taskQueue, log, answerMs = 5_000 } = options;
  const { intervalMs = minuteMs, scheduleId = 'system/overview' } = options;
  const input: OverviewTick = { system: 'overview' };
  let isThere = false;

  const put = (): Promise<void> =>
    putAtEngine(
      client,
      scheduleId,
      {},
      {
        spec: { intervals: [{ every: heartbeatMs }] },
        action: {
          type: 'startWorkflow',
          workflowType: workflowTypes.tick,
          workflowId: `tick/${scheduleId}`,
          taskQueue,
          args: [input],
          staticSummary: 'Overview: the service lives',
        },
        // A beat that is late says nothing.
        policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: minuteMs, pauseOnFailure: false },
        state: { paused: false, note: 'Writes the Timestamp of Overview' },
      },
    );

  async function look(): Promise<void> {
    if (!isThere) await put();
    isThere = true;
    const row = await stores.overview.get();
    const age = row === null ? Number.POSITIVE_INFINITY : Date.now() - row.timestamp.getTime();
    if (age <= heartbeatMs + minuteMs) return;
    try {
      await client.schedule.getHandle(scheduleId).trigger(ScheduleOverlapPolicy.SKIP);
    } catch (error) {
      if (!(error instanceof ScheduleNotFoundError)) throw error;
      isThere = false;
    }
  }

  return createPeriodic({
    ...{ log, intervalMs },
    failure: 'could not see to the heartbeat of Overview; it is tried again',
    work: () => client.withDeadline(Date.now() + answerMs, look),
  });
}
