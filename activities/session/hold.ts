import type { QuickActivities, WaitsForSlot } from '../contracts.ts';
import type { ActivityPorts } from '../ports.ts';
import { giveSlots, goOnInTurn, showWait } from '../slots/slots.ts';

/** Shows that the session stands still, or goes on: one that stands needs no slots. */
export async function holdSession(
  ports: ActivityPorts,
  { sessionId, held, until }: Parameters<QuickActivities['holdSession']>[0],
): Promise<WaitsForSlot | null> {
  const { sessions } = ports.stores;
  await sessions.setUntil(sessionId, until === undefined ? null : new Date(until));
  await sessions.setHeld(sessionId, held ? 'CONNECTION_PAUSED' : null);
  if (!held) return goOnInTurn(ports, sessionId);
  const session = await sessions.get(sessionId);
  if (session === null) return null;
  await giveSlots(ports, [{ ...session, sessionId }]);
  await showWait(ports, session, null);
  return null;
}
