import type { Db } from 'mongodb';
import { changeWhere, getMany, getOne, insertOnce, notThere, removeMany } from './commands.ts';
import type { OutboundDoc, OutboundFeedDoc, OutboundPlace } from './model.ts';
import { collections } from './names.ts';

const start: OutboundPlace = {
  ...{ session: 0, seq: 0, windowOver: 0, procedure: 0, generation: 0 },
  deauthorizedAt: null,
};

export const outboundId = (connectionId: string, sequence: number): string => `${connectionId}/${sequence}`;

/**
 * The events of each connection, numbered without gaps. Whoever finds the next one inserts it under the next number;
 * each says where reading goes on after it, so that a crash between the two writes neither loses nor doubles one.
 */
export function createOutbound(db: Db) {
  const events = db.collection<OutboundDoc>(collections.outbound);
  const feeds = db.collection<OutboundFeedDoc>(collections.outboundFeeds);

  return {
    /** Where a connection stands; the first call makes it. */
    async feed(connectionId: string): Promise<OutboundFeedDoc> {
      const stored = await getOne(feeds, connectionId);
      if (stored !== null) return stored;
      const numbers = { last: 0, deletedThrough: 0, seq: 0 };
      await insertOnce(feeds, { _id: connectionId, ...numbers, place: start, updatedAt: new Date() });
      const made = await getOne(feeds, connectionId);
      if (made === null) throw notThere('event feed', connectionId);
      return made;
    },
    /** Those that are there, in the order of the ids. */
    feeds: (connectionIds: readonly string[]): Promise<OutboundFeedDoc[]> => getMany(feeds, connectionIds),
    /** Writes the event under the number after `last`. @returns what has that number: this one, or an earlier one */
    async append(event: Omit<OutboundDoc, '_id' | 'sequence'>, last: number): Promise<OutboundDoc> {
      const sequence = last + 1;
      const _id = outboundId(event.connectionId, sequence);
      const doc = { _id, sequence, ...event };
      if (await insertOnce(events, doc)) return doc;
      const stored = await getOne(events, _id);
      if (stored === null) throw notThere('event', _id);
      return stored;
    },
    /** By compare-and-set. @returns false: somebody else was first */
    moveOn: (
      { _id, seq }: OutboundFeedDoc,
      change: Partial<Pick<OutboundFeedDoc, 'last' | 'place' | 'deletedThrough'>>,
    ): Promise<boolean> =>
      changeWhere(feeds, _id, 'seq', seq, { ...change, seq: seq + 1, updatedAt: new Date() }),
    get: (connectionId: string, sequence: number): Promise<OutboundDoc | null> =>
      getOne(events, outboundId(connectionId, sequence)),
    /** Those of these numbers that are there, in order. */
    getMany: (connectionId: string, sequences: readonly number[]): Promise<OutboundDoc[]> =>
      getMany(
        events,
        sequences.map((sequence) => outboundId(connectionId, sequence)),
      ),
    remove: (connectionId: string, sequences: readonly number[]): Promise<void> =>
      removeMany(
        events,
        sequences.map((sequence) => outboundId(connectionId, sequence)),
      ),
  };
}
