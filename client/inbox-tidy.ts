import { sessionIdOf } from '../domain/contracts.ts';
import { isFinalStatus } from '../domain/session.ts';
import type { InboxEntry } from '../stores/inbox.ts';
import type { ConnectionDoc, SessionDoc } from '../stores/model.ts';
import type { Stores } from '../stores/open.ts';
import type { SessionsPort } from './sessions-port.ts';

/** What tidying needs. */
export interface TidyPorts {
  readonly stores: Pick<Stores, 'inbox' | 'connections' | 'sessions'>;
  readonly sessions: Pick<SessionsPort, 'tell'>;
}

const day = 86_400_000;
/** A webhook waits so long for a session that takes it; while its connection is paused the time stands still. */
const waitsMs = 7 * day;
/** What was taken, ignored or not taken in time is kept so long, for whoever wants to see what came. */
const keptMs = 7 * day;
/** What waits for longer is looked at: it may be that nobody was told when the connection could take it again. */
const patienceMs = 3_600_000;
const entriesPerRound = 500;

/**
 * Keeps the inbox small: ends webhooks that nobody took in time, deletes what is kept for long enough, and tells of
 * webhooks that waited for a connection which can take them now.
 */
export async function tidyInbox(ports: TidyPorts, now: Date): Promise<void> {
  const before = new Date(now.getTime() - keptMs);
  await lookAtWaiting(ports, now);
  await ports.stores.inbox.removeEnded(before);
  await removeTaken(ports, before);
}

async function lookAtWaiting({ stores, sessions }: TidyPorts, now: Date): Promise<void> {
  const waiting = await stores.inbox.waitingSince(new Date(now.getTime() - patienceMs), entriesPerRound);
  for (const connectionId of new Set(waiting.map((entry) => entry.connectionId))) {
    const entries = waiting.filter((entry) => entry.connectionId === connectionId);
    const connection = await stores.connections.get(connectionId);
    if (connection === null) await stores.inbox.remove(entries.map(({ _id }) => _id));
    else if (isHeld(connection)) for (const { _id } of entries) await stores.inbox.waitAnew(_id, now);
    else {
      const left = await endOld(stores, entries, now);
      if (left && (await mayStart(stores, connection))) await sessions.tell(connection);
    }
  }
}

const isHeld = ({ status }: ConnectionDoc): boolean => ['PAUSING', 'PAUSED', 'ERROR'].includes(status);

/** @returns whether some wait on */
async function endOld(
  { inbox }: TidyPorts['stores'],
  entries: readonly InboxEntry[],
  now: Date,
): Promise<boolean> {
  const old = entries.filter(({ waitingSince }) => waitingSince.getTime() <= now.getTime() - waitsMs);
  for (const entry of old) await inbox.expire(entry, now);
  return old.length < entries.length;
}

/** A session that is open takes what it can by itself, and one that closed in an error waits for a person. */
async function mayStart(
  { sessions }: TidyPorts['stores'],
  { _id, status, authorized, ownCode, latestSession }: ConnectionDoc,
): Promise<boolean> {
  if (status !== 'STARTED' || !authorized || ownCode !== null) return false;
  const latest = latestSession === 0 ? null : await sessions.get(sessionIdOf(_id, latestSession));
  return latest === null || isOver(latest);
}

const isOver = ({ status, closedBy }: SessionDoc): boolean =>
  closedBy === 'canceled' || (status !== null && isFinalStatus(status));

/** A session that may still go on keeps what it took: it may be its data. */
async function removeTaken({ stores }: TidyPorts, before: Date): Promise<void> {
  const old = await stores.inbox.claimedBefore(before, entriesPerRound);
  for (const sessionId of new Set(old.map(({ claimedBy }) => claimedBy))) {
    const session = sessionId === null ? null : await stores.sessions.get(sessionId);
    if (session !== null && !isOver(session)) continue;
    await stores.inbox.remove(old.filter(({ claimedBy }) => claimedBy === sessionId).map(({ _id }) => _id));
  }
}
