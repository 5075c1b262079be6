import type { Logger } from 'pino';
import { daysLeft } from '../activities/authorization/grant.ts';
import { type EventPorts, recordGrantExpiring } from '../activities/events.ts';
import type { ConnectionDoc } from '../stores/model.ts';
import type { Stores } from '../stores/open.ts';
import { createPeriodic, type Periodic } from './periodic.ts';

const dayMs = 86_400_000;

/** What the warnings are made of. */
export interface GrantWarningsOptions extends EventPorts {
  readonly stores: EventPorts['stores'] & Pick<Stores, 'connections' | 'grants'>;
  readonly log: Logger;
  /** Days before the end of a grant at which the first warning is due; the last one is due at 1. @default 7 */
  readonly warningDays?: number;
  /** Between two rounds. @default 3600000 */
  readonly intervalMs?: number;
  readonly now?: () => Date;
}

/**
 * Writes an event before a grant ends for good: once `warningDays` before, and once more on the last day, for each
 * end that a grant has had. Of several processes that look, one writes.
 */
export function createGrantWarnings(options: GrantWarningsOptions): Periodic {
  const { stores, log, warningDays = 7, intervalMs = 3_600_000, now = () => new Date() } = options;

  async function lookAt(connection: ConnectionDoc): Promise<void> {
    const grant = await stores.grants.get(connection._id, connection.generation);
    const endsAt = grant?.endsAt ?? null;
    const at = now();
    const leftMs = endsAt === null ? 0 : endsAt.getTime() - at.getTime();
    if (endsAt === null || leftMs <= 0 || leftMs > warningDays * dayMs) return;
    const warning = leftMs <= dayMs ? 1 : warningDays;
    await recordGrantExpiring(options, connection, {
      ...{ endsAt, warning, at },
      daysLeft: daysLeft(endsAt, at),
    });
  }

  return createPeriodic({
    log,
    intervalMs,
    failure: 'could not look at the grants; it is tried again',
    work: async () => {
      for (const connection of await stores.connections.list())
        if (connection.authorized && connection.ownCode === null) await lookAt(connection);
    },
  });
}
