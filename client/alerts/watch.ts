import type { Logger } from 'pino';
import { incidentOf, isLimit } from '../../activities/alerts.ts';
import { sessionIdOf } from '../../domain/contracts.ts';
import type { AlertDoc } from '../../stores/model.ts';
import type { Stores } from '../../stores/open.ts';
import { createPeriodic, type Periodic } from '../periodic.ts';

const dayMs = 86_400_000;

/** What looking after causes is made of. */
export interface AlertWatchOptions {
  readonly stores: Pick<Stores, 'alerts' | 'connections' | 'sessions' | 'grants' | 'syncs' | 'reports'>;
  readonly log: Logger;
  /** Days before the end of a grant at which somebody is told. @default 7 */
  readonly warningDays?: number;
  /** Between two rounds. @default 15000 */
  readonly intervalMs?: number;
  readonly now?: () => Date;
}

type Over = (id: string) => Promise<string | null>;

/**
 * Settles incidents whose cause is gone. It looks at open incidents only, so that what works pays nothing for it; those
 * of reports, the engine and the like are settled by who raised them.
 */
export function createAlertWatch(options: AlertWatchOptions): Periodic {
  const { stores, log, warningDays = 7, intervalMs = 15_000, now = () => new Date() } = options;

  /** How each kind of incident has ended; null: it has not. */
  const ends: Partial<Record<AlertDoc['cause'], Over>> = {
    async session(id) {
      const connection = await stores.connections.get(id);
      if (connection === null || connection.status === 'DISCONNECTED') return `${id} was disconnected.`;
      if (connection.ownCode === 8) return `Its access was revoked: see ${incidentOf.grant(id)}.`;
      const session = await stores.sessions.get(sessionIdOf(id, connection.latestSession));
      return session?.status === 19 ? `Session ${session._id} is Synced.` : null;
    },
    async grant(id) {
      const connection = await stores.connections.get(id);
      if (connection === null || connection.status === 'DISCONNECTED') return `${id} was disconnected.`;
      if (!connection.authorized || connection.ownCode !== null) return null;
      const endsAt = (await stores.grants.get(id, connection.generation))?.endsAt ?? null;
      const leftMs = endsAt === null ? Number.MAX_SAFE_INTEGER : endsAt.getTime() - now().getTime();
      return leftMs > warningDays * dayMs ? `${id} is authorized again.` : null;
    },
    async connection(id) {
      const connection = await stores.connections.get(id);
      if (connection === null || connection.status === 'DISCONNECTED') return `${id} was disconnected.`;
      return connection.status === 'STARTED' ? `${id} is started again.` : null;
    },
    async sync(id) {
      const sync = await stores.syncs.get(id);
      if (sync === null) return `${id} was deleted.`;
      if (sync.statusReason === 'CONNECTION_DISCONNECTED') return 'Its connection was disconnected.';
      return sync.status === 'failed' || sync.status === 'disabled' ? null : `${id} is ${sync.status} again.`;
    },
    async limit(id) {
      const syncs = await stores.syncs.list({ destinationId: id });
      if (syncs.some(({ status }) => status === 'failed')) return null;
      const reports = await stores.reports.failed();
      const fails = reports.some(({ reason, delivery }) => isLimit(reason) && delivery?.destinationId === id);
      return fails ? null : `Nothing fails at ${id} any more.`;
    },
  };

  return createPeriodic({
    ...{ log, intervalMs },
    failure: 'could not look whether alerts are over; it is tried again',
    work: async () => {
      for (const { _id, cause, status } of await stores.alerts.open()) {
        if (status !== 'open') continue;
        const resolution = await ends[cause]?.(_id.slice(_id.indexOf('/') + 1));
        if (resolution != null) await stores.alerts.settle(_id, resolution);
      }
    },
  });
}
