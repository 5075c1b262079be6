import { deliveryId } from '../../stores/event-deliveries.ts';
import type { SubscriptionDoc } from '../../stores/model.ts';
import type { Stores } from '../../stores/open.ts';
import type { Standing } from './collect.ts';

const hourMs = 3_600_000;
const eventsPerRead = 100;

/** Makes what deletes old events with the log of their deliveries, once an hour; `standings` is asked only then. */
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

  /** Deletes some of what is old. @returns whether there may be more */
  async function step(
    connectionId: string,
    before: Date,
    subscriptions: readonly SubscriptionDoc[],
  ): Promise<boolean> {
    const [feed] = await outbound.feeds([connectionId]);
    if (feed === undefined || feed.deletedThrough >= feed.last) return false;
    const count = Math.min(eventsPerRead, feed.last - feed.deletedThrough);
    const numbers = Array.from({ length: count }, (_, index) => feed.deletedThrough + 1 + index);
    const found = await outbound.getMany(connectionId, numbers);
    const kept = found.find(({ foundAt }) => foundAt >= before)?.sequence ?? (numbers.at(-1) ?? 0) + 1;
    const old = numbers.filter((sequence) => sequence < kept);
    const last = old.at(-1);
    // The count first: what is deleted then is asked for by nobody.
    if (last === undefined || !(await outbound.moveOn(feed, { deletedThrough: last }))) return false;
    for (const { _id } of subscriptions)
      await eventDeliveries.remove(old.map((sequence) => deliveryId(_id, connectionId, sequence)));
    await outbound.remove(connectionId, old);
    return old.length === numbers.length;
  }

  return async (
    standings: () => Promise<readonly Standing[]>,
    subscriptions: readonly SubscriptionDoc[],
  ): Promise<void> => {
    const at = now().getTime();
    if (at - tidiedAt < hourMs) return;
    tidiedAt = at;
    const before = new Date(at - keptDays * 24 * hourMs);
    for (const { connection, feed } of await standings()) {
      let more = feed.deletedThrough < feed.last;
      while (more) more = await step(connection._id, before, subscriptions);
    }
  };
}
