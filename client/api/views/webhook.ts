import { parseSessionId, sessionIdOf } from '../../../domain/contracts.ts';
import { isFinalStatus } from '../../../domain/session.ts';
import type { InboxEntry } from '../../../stores/inbox.ts';
import type { ConnectionDoc } from '../../../stores/model.ts';
import type { RouteDeps } from '../deps.ts';
import type { Webhook } from '../schemas/webhooks.ts';

type Standing = Pick<Webhook, 'state' | 'reason'>;

/** Webhooks of a connection as they are listed, with what became of each. */
export async function webhookViews(
  { stores }: Pick<RouteDeps, 'stores'>,
  connection: ConnectionDoc,
  entries: readonly InboxEntry[],
): Promise<Webhook[]> {
  const waits = await whyItWaits(stores, connection);
  const ended = new Map<string, Date | null>();
  const views: Webhook[] = [];
  for (const entry of entries) {
    const { claimedBy } = entry;
    const sessionId = claimedBy !== null && parseSessionId(claimedBy) !== null ? claimedBy : null;
    if (sessionId !== null && !ended.has(sessionId)) ended.set(sessionId, await endOfWait(stores, sessionId));
    const endedAt = sessionId === null ? null : (ended.get(sessionId) ?? null);
    views.push({
      id: entry._id,
      type: entry.event ?? '',
      means: entry.meaning ?? (entry.kind === 'revoked' ? 'revoked' : 'load'),
      resource: entry.resource ?? null,
      account: entry.account ?? null,
      occurredAt: entry.occurredAt?.toISOString() ?? null,
      receivedAt: entry.receivedAt.toISOString(),
      ...(endOf(connection, entry) ?? taken(entry, sessionId, endedAt) ?? waiting(entry, waits)),
      sessionId,
      takenAt: entry.claimedAt?.toISOString() ?? null,
    });
  }
  return views;
}

/** When the wait of a session for its webhook was over without one. */
async function endOfWait(stores: RouteDeps['stores'], sessionId: string): Promise<Date | null> {
  const steps = await stores.sessions.timeline(sessionId);
  return steps.find(({ event }) => event === 'webhookTimedOut')?.at ?? null;
}

function endOf({ resources }: ConnectionDoc, { outcome, resource }: InboxEntry): Standing | null {
  switch (outcome) {
    case 'ignored': {
      const off = resources.some(({ id, enabled }) => id === resource && !enabled);
      const reason = off
        ? `The connection does not load ${resource}.`
        : 'The definition wants nothing of this type of event: a rule says so, or none fits.';
      return { state: 'ignored', reason };
    }
    case 'superseded':
      return { state: 'superseded', reason: 'Something newer of the same resource was taken before.' };
    case 'expired':
      return { state: 'expired', reason: 'No session took it within 7 days.' };
    default:
      return null;
  }
}

function taken(
  { claimedBy, outOfOrder, receivedAt, kind }: InboxEntry,
  sessionId: string | null,
  waitEndedAt: Date | null,
): Standing | null {
  if (claimedBy === null) return null;
  if (sessionId === null) return { state: 'taken', reason: 'It came while no session was open.' };
  if (outOfOrder)
    return {
      state: 'outOfOrder',
      reason: `Session ${sessionId} took it after a later one of the same resource.`,
    };
  if (kind === 'webhook' && waitEndedAt !== null && receivedAt > waitEndedAt)
    return {
      state: 'late',
      reason: `It came when the wait of session ${sessionId} was over; the session went on with it.`,
    };
  return { state: 'taken', reason: `Session ${sessionId} took it.` };
}

function waiting({ toldAt, generation }: InboxEntry, { reason, current }: Waits): Standing {
  if (generation !== current)
    return { state: 'waiting', reason: 'It is of an earlier generation: no session will take it.' };
  if (toldAt === null) return { state: 'waiting', reason: 'It is about to be told to a session.' };
  return { state: 'waiting', reason };
}

interface Waits {
  readonly reason: string;
  /** Generation of the connection. */
  readonly current: number;
}

async function whyItWaits(stores: RouteDeps['stores'], connection: ConnectionDoc): Promise<Waits> {
  const { _id, generation: current, status, authorized, ownCode, latestSession } = connection;
  if (status === 'DISCONNECTED') return { current, reason: 'The connection was disconnected.' };
  if (status === 'CONFIGURING') return { current, reason: 'The connection is being configured.' };
  if (status === 'ERROR') return { current, reason: 'The connection is in ERROR.' };
  if (status !== 'STARTED') return { current, reason: 'The connection is paused.' };
  if (!authorized || ownCode === 8) return { current, reason: 'The connection is deauthorized.' };
  const latest = latestSession === 0 ? null : await stores.sessions.get(sessionIdOf(_id, latestSession));
  const open = latest !== null && latest.closedAt === null && !isFinalStatus(latest.status ?? 6);
  const reason = open
    ? `Session ${latest._id} is open; the next one takes it.`
    : 'No session is open; one is about to begin.';
  return { current, reason };
}
