import type { Client } from '@temporalio/client';
import type { Logger } from 'pino';
import { desiredSchedules, fingerprintOfSchedules } from '../activities/schedules/apply.ts';
import { TributaryError } from '../domain/errors.ts';
import type { ConnectionDoc, SyncDoc } from '../stores/model.ts';
import type { Stores } from '../stores/open.ts';
import { engineError } from './engine-errors.ts';
import { createPeriodic, type Periodic } from './periodic.ts';
import type { SyncSchedules } from './sync-schedules.ts';

/** What the sweep is made of. */
export interface ScheduleSweepOptions {
  readonly stores: Pick<Stores, 'connections' | 'syncs' | 'schedules'>;
  readonly client: Client;
  readonly schedules: SyncSchedules;
  readonly log: Logger;
  /** Between two rounds. @default 3600000 */
  readonly intervalMs?: number;
  /** How long the engine may take to list its Schedules. @default 60000 */
  readonly listMs?: number;
}

/** Of the Schedules at the engine by id: whether they are paused. */
type AtEngine = ReadonlyMap<string, boolean>;

/**
 * Brings the engine's Schedules of connections and syncs to what the store says where they differ: the engine may have
 * been away when they were made, changed or deleted, or somebody deleted or paused one there.
 */
export function createScheduleSweep(options: ScheduleSweepOptions): Periodic {
  const { stores, client, schedules, log, intervalMs = 3_600_000, listMs = 60_000 } = options;

  async function list(): Promise<AtEngine> {
    const there = new Map<string, boolean>();
    try {
      await client.withDeadline(Date.now() + listMs, async () => {
        for await (const { scheduleId, state } of client.schedule.list()) there.set(scheduleId, state.paused);
      });
    } catch (error) {
      throw engineError(error);
    }
    return there;
  }

  async function isAsItShouldBe(
    connection: ConnectionDoc,
    syncs: readonly SyncDoc[],
    there: AtEngine,
  ): Promise<boolean> {
    const desired = desiredSchedules(connection, syncs);
    const { _id: connectionId, generation } = connection;
    const noted = await stores.schedules.get({ connectionId, generation });
    if (noted === null) return desired.length === 0;
    const same = noted.ids.length === desired.length && noted.applied === fingerprintOfSchedules(desired);
    return same && desired.every(({ scheduleId, paused }) => there.get(scheduleId) === paused);
  }

  /** What is wrong with one keeps nobody else waiting; an engine that is away does. */
  async function mend({ _id: connectionId }: ConnectionDoc): Promise<void> {
    try {
      await schedules.apply(connectionId);
      log.info({ connectionId }, 'its Schedules were brought to what they should be');
    } catch (error) {
      if (error instanceof TributaryError && error.code === 'ENGINE_UNAVAILABLE') throw error;
      log.warn({ connectionId, err: error }, 'its Schedules could not be brought to what they should be');
    }
  }

  return createPeriodic({
    ...{ log, intervalMs },
    failure: 'could not compare the Schedules with the engine; it is tried again',
    work: async () => {
      const there = await list();
      const syncs = new Map<string, SyncDoc[]>();
      for (const sync of await stores.syncs.list())
        syncs.set(sync.connectionId, [...(syncs.get(sync.connectionId) ?? []), sync]);
      for (const connection of await stores.connections.list())
        if (!(await isAsItShouldBe(connection, syncs.get(connection._id) ?? [], there)))
          await mend(connection);
    },
  });
}
