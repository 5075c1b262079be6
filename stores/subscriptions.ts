import type { Db } from 'mongodb';
import { TributaryError } from '../domain/errors.ts';
import { createChange } from './changed.ts';
import { getOne, insertOnce, removeMany } from './commands.ts';
import { createLeases } from './leases.ts';
import type { LeaseDoc, SubscriptionDoc } from './model.ts';
import { collections } from './names.ts';

/** Who is told of events, and which process tells them now. */
export function createSubscriptions(db: Db, now: () => Date = () => new Date()) {
  const subscriptions = db.collection<SubscriptionDoc>(collections.subscriptions);
  const leases = db.collection<LeaseDoc>(collections.subscriptionLeases);
  const { lease, release } = createLeases(leases, now);
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
    /** The right to send to a subscription. */
    lease,
    release,
  };
}
