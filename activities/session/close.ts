import type { SessionRef } from '../contracts.ts';
import type { ActivityPorts } from '../ports.ts';
import { keepStatistics } from '../statistics/record.ts';

/**
 * Ends a session in its error status. `window`: everything stays, a later retry goes on. `canceled`: what is not
 * merged is dropped; no cursor has moved for it, the next session loads it again.
 */
export async function closeSession(
  ports: ActivityPorts,
  { sessionId, closedBy }: SessionRef & { readonly closedBy: 'window' | 'canceled' },
): Promise<void> {
  const { stores } = ports;
  const session = await stores.sessions.get(sessionId);
  if (session === null) return;
  if (closedBy === 'canceled') {
    // They tell how much was loaded, which is gone after.
    await keepStatistics(ports, { sessionId, steps: [], canceledAt: new Date() });
    const runs = await stores.structuring.many(sessionId, session.resources);
    for (const resource of session.resources) {
      const run = runs.find((one) => one.resource === resource);
      if (run?.status === 'COMPLETED') continue;
      await stores.loading.dropBatches(sessionId, resource);
      await stores.loading.dropCheckpoint(sessionId, resource);
      if (run !== undefined) await stores.structuring.endRun(run._id, 'CANCELED', 'CANCELED', new Date());
    }
    await stores.inbox.release(sessionId);
  }
  await stores.sessions.close(sessionId, closedBy, new Date());
}
