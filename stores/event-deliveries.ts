import type { Db, Filter } from 'mongodb';
import { createChange } from './changed.ts';
import { getMany, getOne, insertOnce, put, removeMany } from './commands.ts';
import { below } from './merges.ts';
import type { DeliveryAttempt, EventDeliveryDoc, OutboundQueueDoc } from './model.ts';
import { collections } from './names.ts';

export const queueId = (subscriptionId: string, connectionId: string): string =>
  `${subscriptionId}/${connectionId}`;
export const deliveryId = (subscriptionId: string, connectionId: string, sequence: number): string =>
  `${subscriptionId}/${connectionId}/${sequence}`;

const keptAttempts = 20;

/**
 * The outbox of events: how far each subscription is with each connection, and what became of every event. A queue
 * moves on only after its event arrived or was given up, so that a crash repeats an event and never skips one.
 */
export function createEventDeliveries(db: Db) {
  const queues = db.collection<OutboundQueueDoc>(collections.outboundQueues);
  const deliveries = db.collection<EventDeliveryDoc>(collections.eventDeliveries);
  return {
    /** Those that are there, in the order of the connections. */
    queues: (subscriptionId: string, connectionIds: readonly string[]): Promise<OutboundQueueDoc[]> =>
      getMany(
        queues,
        connectionIds.map((connectionId) => queueId(subscriptionId, connectionId)),
      ),
    /** Every queue of a subscription. A range over all queues on the embedded store. */
    queuesOf: (subscriptionId: string): Promise<OutboundQueueDoc[]> =>
      queues.find(below<OutboundQueueDoc>(subscriptionId)).toArray(),
    /** The first call makes it: from event `next` on. */
    async open(subscriptionId: string, connectionId: string, next: number): Promise<OutboundQueueDoc> {
      const _id = queueId(subscriptionId, connectionId);
      const fresh = { _id, next, trying: null, again: [], failed: [], seq: 0, updatedAt: new Date() };
      return (await insertOnce(queues, fresh)) ? fresh : ((await getOne(queues, _id)) ?? fresh);
    },
    /** See {@link createChange}. @throws {TributaryError} NOT_FOUND, STORE_CONFLICT */
    changeQueue: createChange(queues, 'queue of events'),
    get: (id: string): Promise<EventDeliveryDoc | null> => getOne(deliveries, id),
    getMany: (ids: readonly string[]): Promise<EventDeliveryDoc[]> => getMany(deliveries, ids),
    /** Adds an attempt to the log. Only the process with the lease of the subscription writes here. */
    async note(
      of: Omit<EventDeliveryDoc, 'log' | 'attempts'>,
      attempt: DeliveryAttempt,
    ): Promise<EventDeliveryDoc> {
      const known = await getOne(deliveries, of._id);
      const log = [...(known?.log ?? []), attempt].slice(-keptAttempts);
      const doc = { ...of, log, attempts: (known?.attempts ?? 0) + 1 };
      await put(deliveries, doc);
      return doc;
    },
    /** Newest first. Looks at every delivery on the embedded store. */
    list: (
      filter: {
        readonly subscriptionId?: string;
        readonly connectionId?: string;
        readonly status?: EventDeliveryDoc['status'];
      },
      limit: number,
    ): Promise<EventDeliveryDoc[]> =>
      deliveries
        .find(filter as Filter<EventDeliveryDoc>)
        .sort({ at: -1, _id: -1 })
        .limit(limit)
        .toArray(),
    remove: (ids: readonly string[]): Promise<void> => removeMany(deliveries, ids),
    /** With everything that a removed subscription had. */
    async removeAll(subscriptionId: string): Promise<void> {
      await queues.deleteMany(below<OutboundQueueDoc>(subscriptionId));
      await deliveries.deleteMany(below<EventDeliveryDoc>(subscriptionId));
    },
  };
}
