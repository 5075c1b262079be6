import { deliveryId } from '../../stores/event-deliveries.ts';
import type { SubscriptionDoc } from '../../stores/model.ts';
import type { Stores } from '../../stores/open.ts';
import type { Standing } from './collect.ts';

const hourMs = 3_600_000;
const eventsPerRead = 100;

/** Makes what deletes old events with the log of their deliveries, once an hour. */
export function createTidy({
  stores: { outbound, eventDeliveries },
  keptDays,
  now,
}: {
  readonly stores: Pick<Stores, 'outbound' | 'eventDeliveries'>;
  readonly keptDays: number;
  readonly now: () => Date;
}) {
  let tidiedAt = 0;
  return async (standings: readonly Standing[], subscriptions: readonly SubscriptionDoc[]): Promise<void> => {
    const at = now().getTime();
    if (at - tidiedAt < hourMs) return;
    tidiedAt = at;
    const before = new Date(at - keptDays * 24 * hourMs);
    for (const { connection, feed } of standings) {
      if (feed.deletedThrough >= feed.last) continue;
      const count = Math.min(eventsPerRead, feed.last - feed.deletedThrough);
      const numbers = Array.from({ length: count }, (_, index) => feed.deletedThrough + 1 + index);
      const found = await outbound.getMany(connection._id, numbers);
      const kept = found.find(({ foundAt }) => foundAt >= before)?.sequence ?? (numbers.at(-1) ?? 0) + 1;
      const old = numbers.filter((sequence) => sequence < kept);
      const last = old.at(-1);
      if (last === undefined) continue;
      // The count first: what is deleted then is asked for by nobody.
      if (!(await outbound.moveOn(feed, { deletedThrough: last }))) continue;
      for (const { _id } of subscriptions)
        await eventDeliveries.remove(old.map((sequence) => deliveryId(_id, connection._id, sequence)));
      await outbound.remove(connection._id, old);
    }
  };
}
