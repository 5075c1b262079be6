import type { Logger } from 'pino';
import { expiresAt } from '../activities/quarantine/expiry.ts';
import type { QuarantinePorts, QuarantineRoom } from '../activities/quarantine/room.ts';
import { createSessionRoom } from '../activities/quarantine/session-room.ts';
import { createSyncRoom } from '../activities/quarantine/sync-room.ts';
import { sessionIdOf } from '../domain/contracts.ts';
import { createPeriodic, type Periodic } from './periodic.ts';

const dayMs = 86_400_000;

/** What the expiry of quarantine is made of. */
export interface QuarantineExpiryOptions extends Omit<QuarantinePorts, 'now'> {
  readonly log: Logger;
  /** Between two rounds. @default 21600000 */
  readonly intervalMs?: number;
  readonly now?: () => Date;
}

/**
 * Discards rows that are in quarantine for too long, with a line that says so. Connections that do not run are passed
 * over, and those where a session is open: it may be about to replay them.
 */
export function createQuarantineExpiry(options: QuarantineExpiryOptions): Periodic {
  const { stores, log, days, intervalMs = 21_600_000, now = () => new Date() } = options;
  const ports = { ...options, now };
  const expire = async (room: QuarantineRoom, resource: string): Promise<void> => {
    const rows = await room.discard(
      { resource },
      {
        by: { kind: 'system', id: 'expiry' },
        why: `in quarantine for more than ${days} days`,
        action: 'expired',
        before: new Date(now().getTime() - days * dayMs),
      },
    );
    if (rows > 0) log.info({ resource, rows }, 'rows in quarantine expired');
  };
  return createPeriodic({
    ...{ log, intervalMs },
    failure: 'could not look for rows in quarantine that expire; it is tried again',
    work: async () => {
      for (const connection of await stores.connections.list()) {
        const oldest = new Date(now().getTime() - days * dayMs);
        const due = expiresAt(connection, oldest, days);
        if (due === null || due > now()) continue;
        const latest = await stores.sessions.get(sessionIdOf(connection._id, connection.latestSession));
        if (latest?.closedAt === null) continue;
        const room = createSessionRoom(ports, connection);
        for (const { id } of connection.resources) await expire(room, id);
        for (const sync of await stores.syncs.list({ connectionId: connection._id })) {
          if (sync.generation === connection.generation)
            await expire(createSyncRoom(ports, connection, sync), sync.model.resource);
        }
      }
    },
  });
}
