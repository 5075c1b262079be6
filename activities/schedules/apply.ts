import { isDeepStrictEqual } from 'node:util';
import { activityInfo, getClient } from '@temporalio/activity';
import type { Client } from '@temporalio/client';
import {
  type DesiredSchedule,
  type DesiredSyncSchedule,
  schedulesOf,
  syncSchedulesOf,
} from '../../domain/ticks.ts';
import type { ConnectionDoc, SyncDoc } from '../../stores/model.ts';
import { type ActivityPorts, defaultTicks } from '../ports.ts';
import { textFingerprint } from '../structuring/canonical.ts';
import { putSchedule, removeSchedule } from './engine.ts';

type Ports = Pick<ActivityPorts, 'stores' | 'ticks'>;

/** Each round sees what was written during the one before. */
const mostRounds = 20;

/**
 * Makes the Schedules of a connection and of its syncs what the store says. May be repeated, and run several times at once: whoever
 * applied what is out of date finds it by reading the connection again, and applies what is true then.
 * @returns how many there are
 */
export const applySchedules = (
  ports: Ports,
  input: { readonly connectionId: string },
): Promise<{ readonly schedules: number }> =>
  applyBy(ports, { client: getClient(), taskQueue: activityInfo().taskQueue }, input);

/** Where Schedules are, and on which queue their ticks run. */
export interface ScheduleEngine {
  readonly client: Client;
  readonly taskQueue: string;
}

/** See {@link applySchedules}. */
export async function applyBy(
  { stores, ticks = defaultTicks }: Ports,
  engine: ScheduleEngine,
  { connectionId }: { readonly connectionId: string },
): Promise<{ readonly schedules: number }> {
  let connection = await stores.connections.get(connectionId);
  const mine = new Set<string>();
  for (let round = 1; connection !== null && round <= mostRounds; round++) {
    const desired = await desiredOf(stores, connection);
    const ids = desired.map(({ scheduleId }) => scheduleId);
    for (const id of ids) mine.add(id);
    const there = await noted(stores, connection, ids);
    for (const schedule of desired) await putSchedule(engine, connection, schedule, ticks.catchupWindowMs);
    // What another one forgot while this one made it is known here alone.
    const old = [...new Set([...there, ...mine])].filter((id) => !ids.includes(id));
    for (const id of old) await removeSchedule(engine.client, id);
    if (old.length > 0) await stores.schedules.remove(generationOf(connection), old);
    const after: ConnectionDoc | null = await stores.connections.get(connectionId);
    if (after !== null && isSame(desired, await desiredOf(stores, after))) {
      await stores.schedules.setApplied(generationOf(after), fingerprintOfSchedules(desired));
      return { schedules: ids.length };
    }
    connection = after;
  }
  return { schedules: 0 };
}

export type DesiredSchedules = readonly (DesiredSchedule | DesiredSyncSchedule)[];

/** The Schedules that a connection with these syncs should have. */
export const desiredSchedules = (connection: ConnectionDoc, syncs: readonly SyncDoc[]): DesiredSchedules => [
  ...schedulesOf(connection),
  ...syncSchedulesOf(connection, syncs),
];

/** Kept once the engine has them, to know later whether it has what the store says. */
export const fingerprintOfSchedules = (desired: DesiredSchedules): string =>
  textFingerprint(JSON.stringify(desired));

const desiredOf = async ({ syncs }: Ports['stores'], connection: ConnectionDoc): Promise<DesiredSchedules> =>
  desiredSchedules(connection, await syncs.list({ connectionId: connection._id }));

const isSame = (a: DesiredSchedules, b: DesiredSchedules): boolean => isDeepStrictEqual(a, b);

const generationOf = ({ _id, generation }: ConnectionDoc) => ({ connectionId: _id, generation });

/** Nothing is written for a connection that never had any. */
const noted = (
  stores: Ports['stores'],
  connection: ConnectionDoc,
  ids: readonly string[],
): Promise<readonly string[]> =>
  ids.length === 0
    ? stores.schedules.of(generationOf(connection))
    : stores.schedules.add(generationOf(connection), ids);
