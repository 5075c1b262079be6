import { sessionIdOf } from '../../domain/contracts.ts';
import { changeId } from '../../stores/feed.ts';
import type { ConnectionDoc, SyncDoc } from '../../stores/model.ts';
import type { RouteDeps } from './deps.ts';

const sessionsPerRead = 500;

/** Whether the next run looks at every record, and not only at what changed. */
export const restages = (
  { staged, version, resync, mode }: SyncDoc,
  { generation }: ConnectionDoc,
): boolean =>
  staged === null ||
  staged.version !== version ||
  staged.generation !== generation ||
  resync !== null ||
  mode === 'full';

/** Rows that the next run delivers at most: what the filter leaves out and what is unchanged is not known before. */
export async function rowsAtMost(
  { stores }: Pick<RouteDeps, 'stores'>,
  sync: SyncDoc,
  connection: ConnectionDoc,
): Promise<number> {
  const { model, staged } = sync;
  const all = await stores.records.of(connection._id, connection.generation, model.resource).count();
  if (restages(sync, connection) || staged === null) return all;
  let changed = 0;
  for (let first = staged.sealed + 1; first <= connection.sealedSession; first += sessionsPerRead) {
    const count = Math.min(sessionsPerRead, connection.sealedSession - first + 1);
    const ids = Array.from({ length: count }, (_, index) => sessionIdOf(connection._id, first + index));
    for (const { parts } of await stores.feed.getMany(ids))
      for (const { sessionId, resource, changes } of parts) {
        if (resource !== model.resource) continue;
        for (let n = 0; n < changes; n++) {
          const doc = await stores.feed.change(changeId(sessionId, resource, n));
          changed += (doc?.added.length ?? 0) + (doc?.updated.length ?? 0) + (doc?.deleted.length ?? 0);
        }
        if (changed >= all) return changed;
      }
  }
  return changed;
}
