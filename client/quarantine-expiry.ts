import { isDeepStrictEqual } from 'node:util';
import type { Logger } from 'pino';
import { expiresAt } from '../activities/quarantine/expiry.ts';
import type { QuarantinePorts, QuarantineRoom } from '../activities/quarantine/room.ts';
import { createSessionRoom } from '../activities/quarantine/session-room.ts';
import { createSyncRoom } from '../activities/quarantine/sync-room.ts';
import { sessionIdOf } from '../domain/contracts.ts';
import type { ConnectionDoc } from '../stores/model.ts';
import { createPeriodic, type Periodic } from './periodic.ts';
import { defaultQuarantineWarningDays, expiringRows, warnOfExpiry } from './quarantine-warnings.ts';

const dayMs = 86_400_000;

/** What the expiry of quarantine is made of. */
export interface QuarantineExpiryOptions extends Omit<QuarantinePorts, 'now'> {
  readonly log: Logger;
  /** Days before rows go at which somebody is told. @default 7 */
  readonly warningDays?: number;
  /** Between two rounds. @default 21600000 */
  readonly intervalMs?: number;
  readonly now?: () => Date;
}

/**
 * Tells of rows that are in quarantine for so long that they go soon, and notes them for the list of what needs a
 * person; discards rows that are in quarantine for too long, with a line that says so. Connections that do not run are passed
 * over, and those where a session is open: it may be about to replay them.
 */
export function createQuarantineExpiry(options: QuarantineExpiryOptions): Periodic {
  const { stores, log, days, intervalMs = 21_600_000, now = () => new Date() } = options;
  const { warningDays = defaultQuarantineWarningDays } = options;
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
  async function warn(connection: ConnectionDoc): Promise<void> {
    const { _id: connectionId, expiring: noted = [] } = connection;
    if (connection.status !== 'STARTED') return;
    const look = { stores, days, warningDays, now: now() };
    const expiring = await expiringRows(look, connection, await stores.syncs.list({ connectionId }));
    for (const rows of expiring)
      if (await warnOfExpiry(look, connection, rows))
        log.warn({ connectionId, ...rows }, 'rows in quarantine are discarded soon');
    if (!isDeepStrictEqual(expiring, noted))
      await stores.connections.change(connectionId, () => ({ expiring }));
  }
  return createPeriodic({
    ...{ log, intervalMs },
    failure: 'could not look for rows in quarantine that expire; it is tried again',
    work: async () => {
      for (const connection of await stores.connections.list()) {
        await warn(connection);
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
