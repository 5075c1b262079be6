import type { Db } from 'mongodb';
import { TributaryError } from '../domain/errors.ts';
import { createChange } from './changed.ts';
import { changeWhere, getOne, insertOnce, removeMany } from './commands.ts';
import type { SubscriptionDoc, SubscriptionLeaseDoc } from './model.ts';
import { collections } from './names.ts';

/** Who is told of events, and which process tells them now. */
export function createSubscriptions(db: Db, now: () => Date = () => new Date()) {
  const subscriptions = db.collection<SubscriptionDoc>(collections.subscriptions);
  const leases = db.collection<SubscriptionLeaseDoc>(collections.subscriptionLeases);
  return {
    /** @throws {TributaryError} INVALID_INPUT when the id is taken */
    async create(doc: SubscriptionDoc): Promise<SubscriptionDoc> {
      if (await insertOnce(subscriptions, doc)) return doc;
      throw new TributaryError('INVALID_INPUT', `There is a subscription "${doc._id}" already.`);
    },
    get: (id: string): Promise<SubscriptionDoc | null> => getOne(subscriptions, id),
    /** Ordered by id. Looks at every subscription. */
    list: (): Promise<SubscriptionDoc[]> => subscriptions.find({}).sort({ _id: 1 }).toArray(),
    /** See {@link createChange}. @throws {TributaryError} NOT_FOUND, STORE_CONFLICT */
    change: createChange(subscriptions, 'subscription'),
    async remove(id: string): Promise<void> {
      await removeMany(subscriptions, [id]);
      await removeMany(leases, [id]);
    },
    /** Takes the right to send to a subscription for so long, or keeps it. @returns whether the caller has it */
    async lease(id: string, holder: string, forMs: number): Promise<boolean> {
      const at = now();
      const until = new Date(at.getTime() + forMs);
      const lease = await getOne(leases, id);
      if (lease === null) return insertOnce(leases, { _id: id, seq: 1, holder, until });
      if (lease.holder !== null && lease.holder !== holder && lease.until > at) return false;
      return changeWhere(leases, id, 'seq', lease.seq, { holder, until, seq: lease.seq + 1 });
    },
    /** Gives the right back, if the holder has it. */
    async release(id: string, holder: string): Promise<void> {
      const lease = await getOne(leases, id);
      if (lease?.holder === holder)
        await changeWhere(leases, id, 'seq', lease.seq, { holder: null, seq: lease.seq + 1 });
    },
  };
}
