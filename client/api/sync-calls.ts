import { TributaryError } from '../../domain/errors.ts';
import { isHeldStatus } from '../../domain/lifecycle.ts';
import { syncMachine } from '../../domain/sync.ts';
import { syncRunIdOf } from '../../domain/sync-contracts.ts';
import { syncRunMachine } from '../../domain/sync-run.ts';
import type { ConnectionDoc, SyncDoc, SyncRunDoc } from '../../stores/model.ts';
import type { RouteDeps } from './deps.ts';
import { notFound } from './problem.ts';
import type { SyncCall } from './schemas/syncs.ts';

type Deps = Pick<RouteDeps, 'stores'>;

/** A sync with what decides on its calls. */
export interface FoundSync {
  readonly sync: SyncDoc;
  readonly connection: ConnectionDoc | null;
  readonly latest: SyncRunDoc | null;
}

/** @throws {TributaryError} NOT_FOUND */
export async function findSync({ stores }: Deps, id: string): Promise<FoundSync> {
  const sync = await stores.syncs.get(id);
  if (sync === null) throw notFound('sync', id);
  return together({ stores }, sync);
}

/** @param sync as it was just read */
export async function together({ stores }: Deps, sync: SyncDoc): Promise<FoundSync> {
  const [connection, latest] = await Promise.all([
    stores.connections.get(sync.connectionId),
    stores.syncRuns.get(syncRunIdOf(sync._id, sync.latestRun)),
  ]);
  return { sync, connection, latest };
}

/** Somebody works for it; one that is paused waits for the next run. */
export const isOpen = (run: SyncRunDoc | null): run is SyncRunDoc =>
  run !== null && run.endedAt === null && run.status !== 'paused';

/** The connection that the sync reads from has ended. */
export const isDisconnected = (connection: ConnectionDoc | null): boolean =>
  connection === null || connection.ownCode === 26 || connection.status === 'DISCONNECTED';

/** The connection stands still, or is not set up: nothing runs. */
export const isHeld = (connection: ConnectionDoc | null): boolean =>
  connection !== null && (isHeldStatus(connection.status) || connection.status === 'CONFIGURING');

/** What a person may ask of a sync now, by the tables of syncs and of their runs. */
export function callsOfSync({ sync, connection, latest }: FoundSync): SyncCall[] {
  const facts = { connectionDisconnected: isDisconnected(connection) };
  const events = syncMachine.allowed(sync.status, facts);
  const runs = events.includes('complete') && !facts.connectionDisconnected && !isHeld(connection);
  const cancels = latest?.endedAt === null && syncRunMachine.allowed(latest.status).includes('cancel');
  const isDisabled = sync.status === 'disabled';
  return [
    ...(runs && !isOpen(latest) ? (['run'] as const) : []),
    ...(cancels ? (['cancel'] as const) : []),
    ...(events.includes('enable') ? (['enable'] as const) : []),
    ...(events.includes('disable') && !isDisabled ? (['disable'] as const) : []),
  ];
}

const refusals: readonly string[] = [
  'ILLEGAL_MOVE',
  'SYNC_RUN_OPEN',
  'SYNC_DISABLED',
  'CONNECTION_HELD',
  'CONNECTION_DISCONNECTED',
];

/** Does a call; a refusal names where the sync stands and what is possible now. */
export async function orAllowed<T>(deps: Deps, id: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof TributaryError) || !refusals.includes(error.code)) throw error;
    const found = await findSync(deps, id);
    const allowed = callsOfSync(found);
    const details = {
      ...error.details,
      current: found.sync.status,
      run: found.latest?.status ?? null,
      allowed,
    };
    throw new TributaryError(error.code, error.message, details);
  }
}
