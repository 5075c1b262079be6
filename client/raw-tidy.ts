import type { Logger } from 'pino';
import type { Stores } from '../stores/open.ts';
import { createPeriodic, type Periodic } from './periodic.ts';
import { deleteDue } from './raw-batches.ts';

const dayMs = 86_400_000;

/** What the tidying of raw batches needs. */
export interface RawTidyOptions {
  readonly stores: Pick<Stores, 'connections' | 'sessions' | 'loading' | 'plans'>;
  readonly log: Logger;
  /** Days that raw batches are kept where the connection says nothing else. @default 30 */
  readonly days?: number;
  /** Between two rounds. @default 3600000 */
  readonly intervalMs?: number;
  readonly now?: () => Date;
}

/** Deletes raw batches of sessions that are over, and plans that ended, once their time is over. */
export function createRawTidy(options: RawTidyOptions): Periodic {
  const { stores, log, days = 30, intervalMs = 3_600_000, now = () => new Date() } = options;
  return createPeriodic({
    ...{ log, intervalMs },
    failure: 'could not delete old raw batches; it is tried again',
    work: async () => {
      for (const connection of await stores.connections.list()) {
        if (connection.status === 'DISCONNECTED') continue;
        const through = await deleteDue({ stores }, connection, connection.retentionDays ?? days, now());
        if (through > (connection.rawDeletedThrough ?? 0))
          await stores.connections.change(connection._id, () => ({ rawDeletedThrough: through }));
      }
      await stores.plans.expire(new Date(now().getTime() - dayMs));
    },
  });
}
