import { Context, getClient } from '@temporalio/activity';
import { sessionMessages, sessionWorkflowId } from '../../domain/contracts.ts';
import { needsSlots } from '../../domain/session.ts';
import { defaultSessionCaps, type Turn } from '../../domain/slots.ts';
import type { SessionDoc } from '../../stores/model.ts';
import type { SlotReturn } from '../../stores/slots.ts';
import type { WaitsForSlot } from '../contracts.ts';
import type { ActivityPorts } from '../ports.ts';

const signalMs = 3_000;

/** What of a session the slots have to know. */
export type SlotSession = Pick<SessionDoc, '_id' | 'connectionId' | 'company' | 'app'>;

/**
 * Takes a slot of the session's company, app and pool, or a place in the queue. May be repeated.
 * @param seq Number of the status write with which it asks.
 * @returns what it waits for; null: it may work
 */
export async function takeSlots(
  ports: ActivityPorts,
  { _id: sessionId, connectionId, company, app }: SlotSession,
  seq: number,
): Promise<WaitsForSlot | null> {
  const { stores, definition, caps = defaultSessionCaps } = ports;
  const connection = await stores.connections.get(connectionId);
  const appCap = definition(app).rateLimit?.sessions;
  const { runId } = Context.current().info.workflowExecution ?? { runId: '' };
  const request = { connectionId, sessionId, runId, seq, company, app, pool: connection?.pool ?? 'default' };
  const at = new Date();
  const { waits, granted } = await stores.slots.take(
    { ...request, ...(appCap === undefined ? {} : { appCap }) },
    caps,
    at,
  );
  await tellTurns(ports, granted);
  return waits === null ? null : { ...waits, since: at.toISOString() };
}

/** Gives back what sessions have of the room, a place in the queue too, and tells those whose turn it is then. */
export async function giveSlots(ports: ActivityPorts, returns: readonly SlotReturn[]): Promise<void> {
  const { stores, caps = defaultSessionCaps } = ports;
  const { granted } = await stores.slots.give(returns, caps, new Date());
  await tellTurns(ports, granted);
}

/** Takes slots and shows in the store whether the session waits for them: of a session that goes on. */
export async function goOnInTurn(ports: ActivityPorts, sessionId: string): Promise<WaitsForSlot | null> {
  const { stores } = ports;
  const session = await stores.sessions.get(sessionId);
  if (session === null || session.held !== null || !needsSlots(session.status)) return null;
  const waits = await takeSlots(ports, session, session.seq);
  await showWait(ports, session, waits);
  return waits;
}

/** Writes what a session waits for, where the store says something else. */
export async function showWait(
  { stores }: Pick<ActivityPorts, 'stores'>,
  session: SessionDoc,
  waits: WaitsForSlot | null,
): Promise<void> {
  const shown = session.waitingFor ?? null;
  if (waits === null && shown === null) return;
  if (waits !== null && shown?.cap === waits.cap && shown.name === waits.name && shown.place === waits.place)
    return;
  const since = shown?.since ?? new Date(waits?.since ?? 0);
  await stores.sessions.setWaiting(session._id, waits === null ? null : { ...waits, since });
}

/** Who is not reached is told again by the dispatcher; a session that has ended gives its slots back there. */
async function tellTurns({ log }: ActivityPorts, granted: readonly Turn[]): Promise<void> {
  if (granted.length === 0) return;
  const client = getClient();
  for (const { connectionId } of granted) {
    const session = client.workflow.getHandle(sessionWorkflowId(connectionId));
    await client
      .withDeadline(Date.now() + signalMs, () => session.signal(sessionMessages.slotsFree))
      .catch((error: unknown) => log.warn({ connectionId, err: error }, 'could not tell a session its turn'));
  }
}
