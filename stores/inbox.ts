import type { Db } from 'mongodb';
import { byId, changeWhere, getOne, insertOnce } from './commands.ts';
import type { InboxDoc } from './model.ts';
import { collections } from './names.ts';

/** What arrives; the rest of the document is the repository's. */
export type NewInboxEntry = Omit<InboxDoc, 'seq' | 'toldAt' | 'claimedBy' | 'claimedAt'>;

type Kinds = readonly InboxDoc['kind'][];

/** What a session asks the inbox for. */
export interface Claim {
  readonly connectionId: string;
  readonly generation: number;
  readonly kinds: Kinds;
  readonly sessionId: string;
  readonly at: Date;
}

/** What came from outside and cannot be asked for again. Small: consumed entries expire. */
export function createInbox(db: Db) {
  const inbox = db.collection<InboxDoc>(collections.inbox);
  return {
    /** Stores it by its `_id`; the same thing told twice is `known` and changes nothing. */
    async put(entry: NewInboxEntry): Promise<'stored' | 'known'> {
      const doc: InboxDoc = { ...entry, seq: 0, toldAt: null, claimedBy: null, claimedAt: null };
      return (await insertOnce(inbox, doc)) ? 'stored' : 'known';
    },
    get: (id: string): Promise<InboxDoc | null> => getOne(inbox, id),
    /** Entries that nobody was told of, oldest first. */
    untold: (limit: number): Promise<InboxDoc[]> =>
      inbox.find({ toldAt: null }).sort({ receivedAt: 1, _id: 1 }).limit(limit).toArray(),
    async markTold(id: string, at: Date): Promise<void> {
      await inbox.updateOne(byId(id), { $set: { toldAt: at } });
    },
    /**
     * Gives the session every entry of these kinds that no other session has, oldest first; an entry belongs to one
     * session for ever. Entries that it has already come again.
     */
    async claim({ connectionId, generation, kinds, sessionId, at }: Claim): Promise<InboxDoc[]> {
      const open = await inbox
        .find({ connectionId, generation, kind: { $in: kinds }, claimedBy: { $in: [null, sessionId] } })
        .sort({ receivedAt: 1, _id: 1 })
        .toArray();
      const mine: InboxDoc[] = [];
      for (const doc of open) {
        if (doc.claimedBy === sessionId) mine.push(doc);
        else {
          const claimed = { seq: doc.seq + 1, claimedBy: sessionId, claimedAt: at };
          if (await changeWhere(inbox, doc._id, 'seq', doc.seq, claimed)) mine.push({ ...doc, ...claimed });
        }
      }
      return mine;
    },
    /** How many entries of these kinds wait for a session; of one generation, if it is given. */
    unclaimed: (connectionId: string, kinds: Kinds, generation?: number): Promise<number> =>
      inbox.countDocuments({
        connectionId,
        kind: { $in: kinds },
        claimedBy: null,
        ...(generation === undefined ? {} : { generation }),
      }),
    /** Deletes what was claimed before then. What waits stays. @returns how many */
    async expire(before: Date): Promise<number> {
      return (await inbox.deleteMany({ claimedAt: { $lt: before } })).deletedCount;
    },
  };
}
