import type { ConnectionDoc } from '../../stores/model.ts';
import type { Stores } from '../../stores/open.ts';
import { reclaimedSentence } from '../processing/cleaning/reclaimed.ts';
import { deleteDue, type ReclaimedBatches } from './raw-batches.ts';

const dayMs = 86_400_000;

export const defaultRawBatchDays = 30;

/** What the tidying of raw batches needs. */
export interface RawTidyPorts {
  readonly stores: Pick<Stores, 'connections' | 'sessions' | 'loading' | 'plans' | 'events'>;
  /** Days that raw batches are kept where the connection says nothing else. @default 30 */
  readonly days?: number | undefined;
  readonly now?: () => Date;
}

/**
 * Deletes raw batches of sessions that are over, and plans that ended, once their time is over. May be repeated; one
 * that is cut off is gone on with by the next.
 */
export async function tidyRaw(ports: RawTidyPorts): Promise<void> {
  const { stores, days = defaultRawBatchDays, now = () => new Date() } = ports;
  for (const connection of await stores.connections.list()) {
    if (connection.status === 'DISCONNECTED') continue;
    const kept = connection.retentionDays ?? days;
    const through = await deleteDue({ stores }, connection, kept, now(), (sum, last) =>
      tell(stores, connection, { sum, through: last, at: now() }),
    );
    if (through > (connection.rawDeletedThrough ?? 0))
      await stores.connections.change(connection._id, () => ({ rawDeletedThrough: through }));
  }
  await stores.plans.expire(new Date(now().getTime() - dayMs));
}

/**
 * Puts what is about to be deleted into an event, once: its id is where the round begins. A round that was cut off
 * after it is carried out as told; the next one goes on from there.
 */
async function tell(
  { events }: RawTidyPorts['stores'],
  { _id, generation, company, app, rawDeletedThrough = 0 }: ConnectionDoc,
  { sum, through, at }: { readonly sum: ReclaimedBatches; readonly through: number; readonly at: Date },
): Promise<number> {
  const id = `${_id}/${generation}/SpaceReclaimed/rawBatches/${rawDeletedThrough}`;
  const sentence = reclaimedSentence('rawBatches', { ...sum });
  const isNew = await events.put({
    ...{ _id: id, type: 'SpaceReclaimed', connectionId: _id, company, app, sessionId: null, at },
    connectLink: null,
    data: { what: 'rawBatches', throughSession: through, ...sum, sentence },
  });
  const told = isNew ? through : (await events.get(id))?.data.throughSession;
  return typeof told === 'number' ? told : through;
}
