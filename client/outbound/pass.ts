import type { OutboundDoc, OutboundQueueDoc, SubscriptionDoc } from '../../stores/model.ts';
import type { Stores } from '../../stores/open.ts';
import type { Standing } from './collect.ts';
import { type DeliverOptions, deliverOnce } from './deliver.ts';

/** What a pass is made of. */
export interface PassOptions extends DeliverOptions {
  readonly stores: DeliverOptions['stores'] & Pick<Stores, 'outbound'>;
  readonly holder: string;
  readonly leaseMs: number;
  readonly isStopping: () => boolean;
}

const connectionsAtATime = 4;
const eventsPerRead = 50;

/** Makes what goes once over the connections of one subscription and sends what is due. */
export function createPass(options: PassOptions) {
  const { stores, holder, leaseMs, now, isStopping } = options;
  const { outbound, eventDeliveries, subscriptions } = stores;
  const leasedUntil = new Map<string, number>();
  const leasing = new Map<string, Promise<boolean>>();
  const idle = new Map<string, string>();

  /** Whether this process is the one that sends to it; a lease outlasts every attempt. */
  function maySend(id: string): Promise<boolean> {
    const at = Date.now();
    if ((leasedUntil.get(id) ?? 0) - at > leaseMs / 2) return Promise.resolve(true);
    // Its connections ask together.
    const asked =
      leasing.get(id) ??
      subscriptions
        .lease(id, holder, leaseMs)
        .then((mine) => {
          leasedUntil.set(id, mine ? at + leaseMs : 0);
          return mine;
        })
        .finally(() => leasing.delete(id));
    leasing.set(id, asked);
    return asked;
  }

  /** The subscription as it is now, if it may be sent to by this process. */
  async function ready(id: string): Promise<SubscriptionDoc | null> {
    if (isStopping()) return null;
    const subscription = await subscriptions.get(id);
    return subscription?.enabled && (await maySend(id)) ? subscription : null;
  }

  /** Events that were asked for again. @returns whether one could be sent */
  async function sendAgain(id: string, connectionId: string, queue: OutboundQueueDoc): Promise<boolean> {
    const due = queue.again.filter(({ dueAt }) => dueAt <= now());
    const events = await outbound.getMany(
      connectionId,
      due.map(({ sequence }) => sequence),
    );
    for (const tried of due) {
      const event = events.find(({ sequence }) => sequence === tried.sequence);
      if (event === undefined) {
        await eventDeliveries.changeQueue(queue._id, ({ again }) => ({
          again: again.filter(({ sequence }) => sequence !== tried.sequence),
        }));
        continue;
      }
      const subscription = await ready(id);
      if (subscription === null) return false;
      await deliverOnce(options, subscription, event, { tried, isAgain: true });
    }
    return due.length > 0;
  }

  /** Passes over what the subscription does not take. @returns the next event that it does */
  async function nextWanted(
    { events, since }: SubscriptionDoc,
    { connection, feed }: Standing,
    queue: OutboundQueueDoc,
  ): Promise<OutboundDoc | null> {
    let next = Math.max(queue.next, feed.deletedThrough + 1);
    let wanted: OutboundDoc | undefined;
    while (wanted === undefined && next <= feed.last) {
      const last = Math.min(feed.last, next + eventsPerRead - 1);
      const numbers = Array.from({ length: last - next + 1 }, (_, index) => next + index);
      const found = await outbound.getMany(connection._id, numbers);
      wanted = found.find(({ type, at }) => events.includes(type) && at >= since);
      next = wanted?.sequence ?? last + 1;
    }
    if (next !== queue.next)
      await eventDeliveries.changeQueue(queue._id, (now) =>
        now.next < next ? { next, trying: null } : null,
      );
    return wanted ?? null;
  }

  /** Sends what is due of one connection, in order. @returns whether nothing is left to do */
  async function sendOf(id: string, standing: Standing, opened: OutboundQueueDoc): Promise<boolean> {
    const { _id: connectionId } = standing.connection;
    let queue = opened;
    if (await sendAgain(id, connectionId, queue))
      queue = (await eventDeliveries.queues(id, [connectionId]))[0] ?? queue;
    for (;;) {
      if (queue.trying !== null && queue.trying.dueAt > now()) return false;
      // Nothing to send needs no lease.
      if (queue.next > standing.feed.last) return queue.again.length === 0;
      const subscription = await ready(id);
      if (subscription === null) return false;
      const event = await nextWanted(subscription, standing, queue);
      if (event === null) return queue.again.length === 0;
      const tried = queue.trying?.sequence === event.sequence ? queue.trying : null;
      // What comes after it waits for it.
      if (!(await deliverOnce(options, subscription, event, { tried, isAgain: false }))) return false;
      queue = (await eventDeliveries.queues(id, [connectionId]))[0] ?? queue;
    }
  }

  /** Lets another process go on at once. What cannot be given back is taken over when it ends. */
  async function release(): Promise<void> {
    const mine = [...leasedUntil].filter(([, until]) => until > Date.now()).map(([id]) => id);
    leasedUntil.clear();
    for (const id of mine) await subscriptions.release(id, holder).catch(() => undefined);
  }

  async function send(
    { _id: id, wakes, since, events }: SubscriptionDoc,
    standings: readonly Standing[],
  ): Promise<void> {
    const mark = ({ feed }: Standing) => `${feed.last} ${wakes} ${since.getTime()} ${events.length}`;
    const key = ({ connection }: Standing) => `${id}/${connection._id}`;
    const open = standings.filter((one) => one.feed.last > 0 && idle.get(key(one)) !== mark(one));
    if (open.length === 0) return;
    const known = new Map(
      (
        await eventDeliveries.queues(
          id,
          open.map(({ connection }) => connection._id),
        )
      ).map((queue) => [queue._id, queue]),
    );
    const left = [...open];
    const worker = async (): Promise<void> => {
      for (let one = left.shift(); one !== undefined; one = left.shift()) {
        const { connection, feed } = one;
        const stored = known.get(key(one));
        // One that was removed meanwhile gets no new queue.
        if (stored === undefined && (await ready(id)) === null) return;
        const queue = stored ?? (await eventDeliveries.open(id, connection._id, feed.deletedThrough + 1));
        if (await sendOf(id, one, queue)) idle.set(key(one), mark(one));
      }
    };
    await Promise.all(Array.from({ length: connectionsAtATime }, worker));
  }

  return { send, release };
}
