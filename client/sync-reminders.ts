import type { Logger } from 'pino';
import { alertSync } from '../activities/alerts.ts';
import type { ConnectionDoc, SyncDoc } from '../stores/model.ts';
import type { Stores } from '../stores/open.ts';
import { createPeriodic, type Periodic } from './periodic.ts';

const dayMs = 86_400_000;

export const defaultReminderDays = 7;

/** What the reminder is made of. */
export interface SyncRemindersOptions {
  readonly stores: Pick<Stores, 'syncs' | 'connections' | 'events' | 'alerts'>;
  readonly log: Logger;
  /** Days of being disabled or failed after which somebody is told, and after which again. @default 7 */
  readonly days?: number;
  /** Between two rounds. @default 3600000 */
  readonly intervalMs?: number;
  readonly now?: () => Date;
}

/** Whether a sync stands still for longer than it should; one whose connection ended is as it should be. */
export const needsAttention = (sync: SyncDoc, days: number, now: Date): boolean =>
  (sync.status === 'disabled' || sync.status === 'failed') &&
  sync.statusReason !== 'CONNECTION_DISCONNECTED' &&
  now.getTime() - sync.statusSince.getTime() >= days * dayMs;

/**
 * Writes an event SyncNeedsAttention for each sync that is disabled or failed for long (the note of document 001), once
 * a period, whatever number of processes look.
 */
export function createSyncReminders(options: SyncRemindersOptions): Periodic {
  const { stores, log, days = defaultReminderDays, intervalMs = 3_600_000, now = () => new Date() } = options;

  async function remind(sync: SyncDoc, connection: ConnectionDoc, at: Date): Promise<void> {
    const { _id, statusSince, status, statusReason } = sync;
    const period = Math.floor((at.getTime() - statusSince.getTime()) / (days * dayMs));
    const since = statusSince.toISOString();
    const { _id: connectionId, generation, company, app } = connection;
    const id = `${connectionId}/${generation}/SyncNeedsAttention/${_id}/${since}/${period}`;
    if ((await stores.events.get(id)) !== null) return;
    await alertSync({ stores }, sync, { id, at });
    const isNew = await stores.events.put({
      _id: id,
      ...{ type: 'SyncNeedsAttention', connectionId, company, app, at },
      ...{ sessionId: null, connectLink: null },
      data: { syncId: _id, status, reason: statusReason, since, days: period * days },
    });
    if (!isNew) return;
    await stores.syncs.change(_id, () => ({ remindedAt: at }));
    log.warn({ syncId: _id, status, since }, 'a sync needs attention');
  }

  return createPeriodic({
    ...{ log, intervalMs },
    failure: 'could not look at the syncs that stand still; it is tried again',
    work: async () => {
      const at = now();
      for (const sync of await stores.syncs.list()) {
        if (!needsAttention(sync, days, at)) continue;
        const connection = await stores.connections.get(sync.connectionId);
        if (connection !== null) await remind(sync, connection, at);
      }
    },
  });
}
