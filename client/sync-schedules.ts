import type { Client } from '@temporalio/client';
import { defaultTicks } from '../activities/ports.ts';
import { applyBy } from '../activities/schedules/apply.ts';
import type { Stores } from '../stores/open.ts';
import { engineError } from './engine-errors.ts';

/** Brings the Schedules of a connection and its syncs to what the store says. */
export interface SyncSchedules {
  /** May be repeated. @throws {TributaryError} ENGINE_UNAVAILABLE */
  apply(connectionId: string): Promise<void>;
}

/** What Schedules are made with. */
export interface SyncSchedulesOptions {
  readonly stores: Stores;
  /** Queue of the ticks. */
  readonly taskQueue: string;
  readonly catchupWindowMs?: number;
  /** @default 5000 */
  readonly answerMs?: number;
}

/** The Schedules as the API changes them; a lifecycle procedure of the connection does the same. */
export function createSyncSchedules(client: Client, options: SyncSchedulesOptions): SyncSchedules {
  const { stores, taskQueue, catchupWindowMs = defaultTicks.catchupWindowMs, answerMs = 5_000 } = options;
  const ticks = { ...defaultTicks, catchupWindowMs };
  return {
    async apply(connectionId) {
      try {
        await client.withDeadline(Date.now() + answerMs, () =>
          applyBy({ stores, ticks }, { client, taskQueue }, { connectionId }),
        );
      } catch (error) {
        throw engineError(error);
      }
    },
  };
}
