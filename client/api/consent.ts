import type { ConsentDoc } from '../../stores/model.ts';
import type { RouteDeps } from './deps.ts';

/** Id of the inbox entry that a callback becomes: a link has one answer. */
export const callbackEntryId = ({ _id, connectionId }: ConsentDoc): string =>
  `callback/${connectionId}/${_id}`;

/** Whether a consent link can still be opened or answered. */
export type ConsentState = 'open' | 'used' | 'expired';

/**
 * A link ends with its first answer, with the wait of its session (6), and with the generation of its connection.
 * The time limit is the session's: its timer moves it to 20.
 */
export async function consentState({ stores }: RouteDeps, consent: ConsentDoc): Promise<ConsentState> {
  if ((await stores.inbox.get(callbackEntryId(consent))) !== null) return 'used';
  const [session, connection] = await Promise.all([
    stores.sessions.get(consent.sessionId),
    stores.connections.get(consent.connectionId),
  ]);
  const current = connection?.generation === consent.generation && connection.status !== 'DISCONNECTED';
  return current && session?.status === 6 && session.closedAt === null ? 'open' : 'expired';
}
