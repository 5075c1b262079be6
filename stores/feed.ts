import type { Db } from 'mongodb';
import { getMany, getOne, insertOnce, notThere, put } from './commands.ts';
import type { Connections } from './connections.ts';
import type { ChangeDoc, FeedDoc } from './model.ts';
import { collections } from './names.ts';

export const changeId = (sessionId: string, resource: string, n: number): string =>
  `${sessionId}/${resource}/changes/${n}`;

/** The change feed: what each merged batch changed, visible from the sealing of its session on. */
export function createFeed(db: Db, connections: Connections) {
  const changes = db.collection<ChangeDoc>(collections.changes);
  const feed = db.collection<FeedDoc>(collections.feed);
  return {
    /** Replaces or inserts: a repeated merge writes it again. */
    putChange: (doc: ChangeDoc): Promise<void> => put(changes, doc),
    change: (id: string): Promise<ChangeDoc | null> => getOne(changes, id),
    /** Those that are there, in the order of the ids. */
    changes: (ids: readonly string[]): Promise<ChangeDoc[]> => getMany(changes, ids),
    /**
     * Makes the session's changes visible in one write, then raises `sealedSession` of its connection. A session
     * that is sealed already stays as it was sealed first.
     * @returns what is stored
     */
    async seal(doc: FeedDoc): Promise<FeedDoc> {
      const stored = (await insertOnce(feed, doc)) ? doc : await getOne(feed, doc._id);
      if (stored === null) throw notThere('sealed session', doc._id);
      await connections.change(doc.connectionId, (now) =>
        now.sealedSession >= doc.number ? null : { sealedSession: doc.number },
      );
      return stored;
    },
    /** Sealed sessions among these, in their order. */
    getMany: (sessionIds: readonly string[]): Promise<FeedDoc[]> => getMany(feed, sessionIds),
  };
}
