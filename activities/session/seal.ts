import { parseSessionId, sessionIdOf } from '../../domain/contracts.ts';
import type { FeedDoc } from '../../stores/model.ts';
import { nextChange } from '../changes.ts';
import type { SessionRef } from '../contracts.ts';
import type { ActivityPorts } from '../ports.ts';

/**
 * Makes the session's changes visible in one write. What earlier sessions merged and never sealed (they were
 * canceled after their merge) becomes visible with it, so that no reader misses a change.
 */
export async function sealSession(
  ports: ActivityPorts,
  ref: Pick<SessionRef, 'sessionId' | 'connectionId' | 'generation'>,
): Promise<void> {
  const { stores } = ports;
  const { sessionId, connectionId } = ref;
  const number = parseSessionId(sessionId)?.number ?? 0;
  const connection = await stores.connections.get(connectionId);
  const first = Math.min((connection?.sealedSession ?? 0) + 1, number);
  const parts: { sessionId: string; resource: string; changes: number }[] = [];
  for (let n = first; n <= number; n++) {
    const session = await stores.sessions.get(sessionIdOf(connectionId, n));
    if (session === null || session.generation !== ref.generation) continue;
    for (const run of await stores.structuring.many(session._id, session.resources)) {
      // One a merged batch, more where deduplication merged records, and those of batches that were merged before a
      // restructuring began anew and was then canceled.
      const changes = await nextChange(ports, session._id, run.resource, run.mergedBatches);
      if (changes > 0) parts.push({ sessionId: session._id, resource: run.resource, changes });
    }
  }
  const doc: FeedDoc = { _id: sessionId, connectionId, number, parts, sealedAt: new Date() };
  await stores.feed.seal(doc);
}
