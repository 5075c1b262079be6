import type { ConnectionDoc, OutboundFeedDoc, OutboundPlace } from '../../stores/model.ts';
import type { Stores } from '../../stores/open.ts';
import { type FoundStores, findHappened } from './find.ts';

/** What collecting needs. */
export type CollectStores = FoundStores & Pick<Stores, 'outbound' | 'connections' | 'sessions'>;

/** A connection, and where its events stand. */
export interface Standing {
  readonly connection: ConnectionDoc;
  readonly feed: OutboundFeedDoc;
}

const mostRounds = 100;

/**
 * Writes the events of a connection that are not written yet, each under the next number. Safe from several processes
 * at once, and from a crash at any place: whoever finds the next number taken goes on from what stands there.
 * @returns where the connection stands after
 */
export async function collectEvents(
  stores: CollectStores,
  connection: ConnectionDoc,
  floor: Date,
): Promise<OutboundFeedDoc> {
  for (let round = 1; ; round++) {
    const feed = await stores.outbound.feed(connection._id);
    const happened = await findHappened(stores, connection, feed.place, floor);
    if (happened.length === 0 || round > mostRounds) return feed;
    let { last, place } = feed;
    for (const { event, place: change } of happened) {
      const after: OutboundPlace = { ...place, ...change };
      if (event === null) {
        place = after;
        continue;
      }
      const { company, app, _id: connectionId } = connection;
      const stored = await stores.outbound.append(
        { ...event, connectionId, company, app, foundAt: new Date(), after },
        last,
      );
      last = stored.sequence;
      place = stored.after;
      // Another one was there first, after which something else may come next.
      if (stored.source !== event.source) break;
    }
    await stores.outbound.moveOn(feed, { last, place });
  }
}

const newest = ({ _id, latestSession }: ConnectionDoc): string => `${_id}.${latestSession}`;

/** Every connection that has events, with where it stands; nothing is collected. */
export async function standingsOf({
  connections,
  outbound,
}: Pick<CollectStores, 'connections' | 'outbound'>): Promise<readonly Standing[]> {
  const all = await connections.list();
  return withFeeds(all, await outbound.feeds(all.map(({ _id }) => _id)));
}

const withFeeds = (connections: readonly ConnectionDoc[], feeds: Iterable<OutboundFeedDoc>): Standing[] => {
  const known = new Map(Array.from(feeds, (feed) => [feed._id, feed]));
  return connections.flatMap((connection) => {
    const feed = known.get(connection._id);
    return feed === undefined ? [] : [{ connection, feed }];
  });
};

/**
 * Makes what looks at every connection and collects where something happened since the last look: one read of the
 * connections, one of their newest sessions.
 * @returns a function that gives each connection with where it stands
 */
export function createCollector(stores: CollectStores) {
  const seen = new Map<string, string>();
  let lowest = Number.POSITIVE_INFINITY;

  return async (floor: Date): Promise<readonly Standing[]> => {
    // With an older floor what was passed over is still passed over; with none before, all is looked at.
    if (floor.getTime() < lowest) seen.clear();
    lowest = floor.getTime();
    const connections = await stores.connections.list();
    const sessions = new Map(
      (await stores.sessions.getMany(connections.map(newest))).map((one) => [one._id, one]),
    );
    const ids = connections.map(({ _id }) => _id);
    const feeds = new Map((await stores.outbound.feeds(ids)).map((feed) => [feed._id, feed]));
    for (const connection of connections) {
      const { _id, seq } = connection;
      const session = sessions.get(newest(connection));
      const state = `${seq} ${session?.seq ?? 0} ${session?.closedBy ?? ''} ${session?.closedAt ?? ''}`;
      const settled = seen.get(_id) === state && !standsBetween(connection, feeds.get(_id));
      if (settled) continue;
      feeds.set(_id, await collectEvents(stores, connection, floor));
      seen.set(_id, state);
    }
    return withFeeds(connections, feeds.values());
  };
}

/** Whether something may be written about it that its own document does not show: a procedure, a receipt, a link. */
const standsBetween = (
  { fence = 0, generation, ownCode, ownCodeSince }: ConnectionDoc,
  feed: OutboundFeedDoc | undefined,
): boolean =>
  feed === undefined ||
  feed.place.procedure < fence ||
  (ownCode === 26 && feed.place.generation < generation) ||
  (ownCode === 8 && feed.place.deauthorizedAt !== ownCodeSince?.toISOString());
