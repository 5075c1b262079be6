import type { ConsentDoc } from '../../stores/model.ts';
import type { RouteDeps } from './deps.ts';

/** Id of the inbox entry that a callback becomes: a link has one answer. */
export const callbackEntryId = ({ _id, connectionId }: Pick<ConsentDoc, '_id' | 'connectionId'>): string =>
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

/**
 * Notes that a person went to the app; the wait of the session counts from the first time. After a retry the wait is
 * a new one, and the link that is opened again counts anew.
 */
export async function noteOpened({ stores, now }: RouteDeps, consent: ConsentDoc): Promise<void> {
  const { _id: state, connectionId, generation, sessionId } = consent;
  const entry = { connectionId, generation, kind: 'opened', payload: null, receivedAt: now() } as const;
  const _id = `opened/${connectionId}/${state}`;
  if ((await stores.inbox.put({ ...entry, _id })) !== 'known') return;
  const [first, session] = await Promise.all([stores.inbox.get(_id), stores.sessions.get(sessionId)]);
  if (first !== null && session !== null && first.receivedAt < session.since)
    await stores.inbox.put({ ...entry, _id: `${_id}/${session.seq}` });
}
