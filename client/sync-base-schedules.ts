import type { Client } from '@temporalio/client';
import type { Logger } from 'pino';
import { applySyncBase } from '../activities/sync-base/schedule.ts';
import { TributaryError } from '../domain/errors.ts';
import { syncBaseScheduleIdOf } from '../domain/sync-base-contracts.ts';
import type { Stores } from '../stores/open.ts';
import { engineError } from './engine-errors.ts';
import { createPeriodic, type Periodic } from './periodic.ts';

/** The Schedules by which SYNC bases are looked at. All throw {TributaryError} ENGINE_UNAVAILABLE. */
export interface SyncBaseSchedules {
  /** Brings the Schedule of a base to what the store says; of one that is not attached it is taken away. */
  apply(base: string): Promise<void>;
  /** Bases that have a Schedule at the engine. */
  there(): Promise<readonly string[]>;
}

const away = async (): Promise<never> => {
  throw new TributaryError('ENGINE_UNAVAILABLE', 'There is no engine.');
};

/** Without an engine: Schedules are made by the sweep when there is one. */
export const withoutSyncBaseSchedules: SyncBaseSchedules = { apply: away, there: away };

const prefix = syncBaseScheduleIdOf('');
const answerMs = 5_000;
const listMs = 60_000;

/** The one place in client/ that talks to the engine about SYNC bases. */
export function createSyncBaseSchedules(
  client: Client,
  { stores, taskQueue }: { readonly stores: Pick<Stores, 'syncBases'>; readonly taskQueue: string },
): SyncBaseSchedules {
  const asked = async <T>(ask: () => Promise<T>, withinMs: number): Promise<T> => {
    try {
      return await client.withDeadline(Date.now() + withinMs, ask);
    } catch (error) {
      throw engineError(error);
    }
  };
  return {
    apply: (base) => asked(() => applySyncBase(stores, { client, taskQueue }, base), answerMs),
    there: () =>
      asked(async () => {
        const there: string[] = [];
        for await (const { scheduleId } of client.schedule.list())
          if (scheduleId.startsWith(prefix)) there.push(scheduleId.slice(prefix.length));
        return there;
      }, listMs),
  };
}

/** What the sweep is made of. */
export interface SyncBaseSweepOptions {
  readonly stores: Pick<Stores, 'syncBases'>;
  readonly schedules: SyncBaseSchedules;
  readonly log: Logger;
  /** Between two rounds. @default 60_000 */
  readonly intervalMs?: number;
}

/** Makes the Schedules that the engine has not, and takes away those of bases that were detached meanwhile. */
export function createSyncBaseSweep({
  stores,
  schedules,
  log,
  intervalMs = 60_000,
}: SyncBaseSweepOptions): Periodic {
  /** How often each is looked at by its Schedule, as far as this process brought it there. */
  const applied = new Map<string, number>();
  const work = async (): Promise<void> => {
    const bases = await stores.syncBases.list();
    // An installation without a SYNC base has nothing to ask the engine.
    if (bases.length === 0 && applied.size === 0) return;
    const there = new Set(await schedules.there());
    for (const { _id, everyMs } of bases) {
      if (!there.has(_id) || applied.get(_id) !== everyMs) await schedules.apply(_id);
      applied.set(_id, everyMs);
    }
    const attached = new Set(bases.map(({ _id }) => _id));
    for (const base of new Set([...there, ...applied.keys()]))
      if (!attached.has(base)) {
        await schedules.apply(base);
        applied.delete(base);
      }
  };
  return createPeriodic({
    ...{ log, intervalMs, work },
    failure: 'could not bring the Schedules of SYNC bases to the engine; it is tried again',
  });
}
