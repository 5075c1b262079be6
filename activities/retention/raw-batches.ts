import { sessionIdOf } from '../../domain/contracts.ts';
import type { ConnectionDoc, SessionDoc } from '../../stores/model.ts';
import type { Stores } from '../../stores/open.ts';

type Ports = { readonly stores: Pick<Stores, 'sessions' | 'loading'> };

const sessionsPerRead = 100;
const dayMs = 86_400_000;

/** Raw batches whose time is over. */
export interface DueBatches {
  readonly sessions: number;
  readonly batches: number;
}

/** How many raw batches are due that were not deleted yet. */
export async function countDue(
  ports: Ports,
  connection: ConnectionDoc,
  days: number,
  now: Date,
): Promise<DueBatches> {
  let [sessions, batches] = [0, 0];
  for await (const { session, due } of oldSessions(ports, connection, days, now)) {
    if (!due) continue;
    const count = await ports.stores.loading.countBatches(session._id, session.resources);
    batches += count;
    sessions += count > 0 ? 1 : 0;
  }
  return { sessions, batches };
}

/** What was deleted, or is to be. */
export interface ReclaimedBatches {
  readonly sessions: number;
  readonly batches: number;
  readonly rows: number;
  readonly bytes: number;
}

/**
 * Deletes the raw batches that are due. May be repeated.
 * @param onCounted Told before anything is deleted, if there is something; it gives the number of the session up to
 * which to delete, where an earlier round was cut off after it had told so
 * @returns number of the session up to which all are deleted, so that no later round looks at those again
 */
export async function deleteDue(
  ports: Ports,
  connection: ConnectionDoc,
  days: number,
  now: Date,
  onCounted: (sum: ReclaimedBatches, through: number) => Promise<number> = async (_sum, through) => through,
): Promise<number> {
  const { loading } = ports.stores;
  const before = connection.rawDeletedThrough ?? 0;
  const due: SessionDoc[] = [];
  for await (const old of oldSessions(ports, connection, days, now)) {
    // Only the newest one can be kept: those before it are whole.
    if (!old.due) break;
    due.push(old.session);
  }
  const sum = { sessions: 0, batches: 0, rows: 0, bytes: 0 };
  for (const { _id, resources } of due) {
    const size = await loading.sizeOfBatches(_id, resources);
    sum.sessions += size.batches > 0 ? 1 : 0;
    sum.batches += size.batches;
    sum.rows += size.rows;
    sum.bytes += size.bytes;
  }
  const last = due.at(-1)?.number ?? before;
  const through = sum.batches === 0 ? last : await onCounted(sum, last);
  for (const { _id, number, resources } of due) {
    if (number > through) break;
    for (const resource of resources) await loading.dropBatches(_id, resource);
  }
  return through;
}

/** Sessions that closed before, oldest first; `due`: nothing can go on with their batches. */
async function* oldSessions(
  { stores }: Ports,
  { _id, latestSession, rawDeletedThrough = 0 }: ConnectionDoc,
  days: number,
  now: Date,
): AsyncGenerator<{ readonly session: SessionDoc; readonly due: boolean }> {
  const before = now.getTime() - days * dayMs;
  for (let first = rawDeletedThrough + 1; first <= latestSession; first += sessionsPerRead) {
    const count = Math.min(sessionsPerRead, latestSession - first + 1);
    const ids = Array.from({ length: count }, (_, index) => sessionIdOf(_id, first + index));
    for (const session of await stores.sessions.getMany(ids)) {
      // Sessions follow each other: the next ones closed later still.
      if (session.closedAt !== null && session.closedAt.getTime() > before) return;
      yield { session, due: isOver(session, latestSession) };
    }
  }
}

/** A session whose decision window is over can be continued as long as it is the latest. */
const isOver = ({ closedAt, closedBy, number }: SessionDoc, latest: number): boolean =>
  closedAt !== null && (closedBy !== 'window' || number < latest);
