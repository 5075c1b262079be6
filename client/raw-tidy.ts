import type { Logger } from 'pino';
import { reclaimedSentence } from '../activities/processing/cleaning/reclaimed.ts';
import type { ConnectionDoc } from '../stores/model.ts';
import type { Stores } from '../stores/open.ts';
import { createPeriodic, type Periodic } from './periodic.ts';
import { deleteDue, type ReclaimedBatches } from './raw-batches.ts';

const dayMs = 86_400_000;

/** What the tidying of raw batches needs. */
export interface RawTidyOptions {
  readonly stores: Pick<Stores, 'connections' | 'sessions' | 'loading' | 'plans' | 'events'>;
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
        const kept = connection.retentionDays ?? days;
        const through = await deleteDue({ stores }, connection, kept, now(), (sum, last) =>
          tell(connection, sum, last),
        );
        if (through > (connection.rawDeletedThrough ?? 0))
          await stores.connections.change(connection._id, () => ({ rawDeletedThrough: through }));
      }
      await stores.plans.expire(new Date(now().getTime() - dayMs));
    },
  });

  /**
   * Puts what is about to be deleted into an event, once: its id is where the round begins. A round that was cut off
   * after it is carried out as told; the next one goes on from there.
   */
  async function tell(
    { _id, generation, company, app, rawDeletedThrough = 0 }: ConnectionDoc,
    sum: ReclaimedBatches,
    through: number,
  ): Promise<number> {
    const id = `${_id}/${generation}/SpaceReclaimed/rawBatches/${rawDeletedThrough}`;
    const sentence = reclaimedSentence('rawBatches', { ...sum });
    const isNew = await stores.events.put({
      ...{ _id: id, type: 'SpaceReclaimed', connectionId: _id, company, app, sessionId: null, at: now() },
      connectLink: null,
      data: { what: 'rawBatches', throughSession: through, ...sum, sentence },
    });
    const told = isNew ? through : (await stores.events.get(id))?.data.throughSession;
    return typeof told === 'number' ? told : through;
  }
}
