import type { Db, Filter } from 'mongodb';
import { byId, changeWhere, chunksOf, getMany, getOne, idsPerRead, removeMany } from './commands.ts';
import type { InboxDoc } from './model.ts';
import { collections } from './names.ts';
import { createJointInsert } from './together.ts';

type Mine =
  | 'seq'
  | 'toldAt'
  | 'claimedBy'
  | 'claimedAt'
  | 'outOfOrder'
  | 'waitingSince'
  | 'outcome'
  | 'endedAt';

/** What arrives; the rest of the document is the repository's. */
export type NewInboxEntry = Omit<InboxDoc, Mine>;

/** An entry as it is listed: its payload stays where it is. */
export type InboxEntry = Omit<InboxDoc, 'payload'>;

type Kinds = readonly InboxDoc['kind'][];

/** What a session asks the inbox for. */
export interface Claim {
  readonly connectionId: string;
  readonly generation: number;
  readonly kinds: Kinds;
  readonly sessionId: string;
  /** Only those of these resources, and those that name none; all unless given. */
  readonly resources?: readonly string[];
  readonly at: Date;
}

/** A connection in one of its generations. */
export interface InboxOwner {
  readonly connectionId: string;
  readonly generation: number;
}

const hooks: Kinds = ['webhook', 'revoked'];
const listed = { projection: { payload: 0 } } as const;
const oldestFirst = { receivedAt: 1, _id: 1 } as const;

/** What came from outside and cannot be asked for again. Small: consumed entries expire. */
export function createInbox(db: Db) {
  const inbox = db.collection<InboxDoc>(collections.inbox);
  const insert = createJointInsert(inbox);
  /** Nobody has it, and somebody may still take it. */
  const waiting = { claimedBy: null, outcome: null } as const;
  const entries = (filter: Filter<InboxDoc>) => inbox.find<InboxEntry>(filter, listed);

  /** When the newest hook of a resource that was taken happened. */
  async function newestTaken(owner: InboxOwner, resource: string): Promise<Date | undefined> {
    const filter: Filter<InboxDoc> = { ...owner, kind: 'webhook', resource, claimedBy: { $ne: null } };
    const taken = entries({ ...filter, occurredAt: { $exists: true } });
    return (await taken.sort({ occurredAt: -1 }).limit(1).toArray())[0]?.occurredAt;
  }

  /** Those that happened before another one of their resource that was taken already. */
  async function overtaken(owner: InboxOwner, found: readonly InboxEntry[]): Promise<ReadonlySet<string>> {
    const late = new Set<string>();
    const named = found.filter(({ resource, occurredAt }) => resource !== undefined && occurredAt);
    for (const resource of new Set(named.map((entry) => entry.resource ?? ''))) {
      const newest = await newestTaken(owner, resource);
      if (newest === undefined) continue;
      for (const entry of named)
        if (entry.resource === resource && (entry.occurredAt ?? newest) < newest) late.add(entry._id);
    }
    return late;
  }

  return {
    /**
     * Stores it by its `_id`; the same thing told twice is `known` and changes nothing. What is ignored is kept only
     * to be shown.
     */
    async put(entry: NewInboxEntry): Promise<'stored' | 'known'> {
      const { receivedAt } = entry;
      const ignored = entry.meaning === 'ignore';
      const doc: InboxDoc = {
        ...entry,
        seq: 0,
        toldAt: ignored ? receivedAt : null,
        claimedBy: null,
        claimedAt: null,
        waitingSince: receivedAt,
        outcome: ignored ? 'ignored' : null,
        endedAt: ignored ? receivedAt : null,
      };
      return (await insert(doc)) ? 'stored' : 'known';
    },
    get: (id: string): Promise<InboxDoc | null> => getOne(inbox, id),
    /** In the order of `ids`. */
    many: (ids: readonly string[]): Promise<InboxDoc[]> => getMany(inbox, ids),
    /** Entries that nobody was told of, oldest first. */
    untold: (limit: number): Promise<InboxEntry[]> =>
      entries({ toldAt: null }).sort(oldestFirst).limit(limit).toArray(),
    async markTold(id: string, at: Date): Promise<void> {
      await inbox.updateOne(byId(id), { $set: { toldAt: at } });
    },
    async markAllTold(ids: readonly string[], at: Date): Promise<void> {
      for (const part of chunksOf(ids, idsPerRead))
        await inbox.updateMany({ _id: { $in: [...part] } }, { $set: { toldAt: at } });
    },
    /**
     * Gives the session every entry of these kinds that no other session has, oldest first; an entry belongs to one
     * session for ever. Entries that it has already come again.
     */
    async claim({ connectionId, generation, kinds, sessionId, resources, at }: Claim): Promise<InboxEntry[]> {
      const owner = { connectionId, generation };
      const wanted = ({ resource }: InboxEntry) =>
        resources === undefined || resource === undefined || resources.includes(resource);
      const claimedBy = { $in: [null, sessionId] };
      const open = await entries({ ...owner, kind: { $in: kinds }, claimedBy, outcome: null })
        .sort(oldestFirst)
        .toArray();
      const late = await overtaken(
        owner,
        open.filter((doc) => doc.claimedBy === null && doc.kind === 'webhook'),
      );
      const mine: InboxEntry[] = [];
      for (const doc of open) {
        if (doc.claimedBy === sessionId) mine.push(doc);
        else if (wanted(doc)) {
          const outOfOrder = late.has(doc._id) ? { outOfOrder: true } : {};
          const claimed = { seq: doc.seq + 1, claimedBy: sessionId, claimedAt: at, ...outOfOrder };
          if (await changeWhere(inbox, doc._id, 'seq', doc.seq, claimed)) mine.push({ ...doc, ...claimed });
        }
      }
      return mine;
    },
    /** Webhooks that a session has. */
    takenBy: ({ connectionId, generation, sessionId }: InboxOwner & { readonly sessionId: string }) =>
      entries({ connectionId, generation, kind: 'webhook', claimedBy: sessionId }).toArray(),
    /**
     * Ends those that failed before something newer of their resource was taken: the failure is over, and no session
     * is to begin for it.
     */
    async endSuperseded(owner: InboxOwner, at: Date): Promise<void> {
      const failed = await entries({ ...owner, kind: 'webhook', meaning: 'failed', ...waiting }).toArray();
      for (const id of await overtaken(owner, failed)) {
        const seq = failed.find((entry) => entry._id === id)?.seq ?? 0;
        const ended = { seq: seq + 1, outcome: 'superseded', endedAt: at } as const;
        await changeWhere(inbox, id, 'seq', seq, ended);
      }
    },
    /** Gives the webhooks of a session back: what it did with them was dropped, another one takes them. */
    async release(sessionId: string): Promise<void> {
      for (const doc of await entries({ claimedBy: sessionId, kind: 'webhook' }).toArray())
        await changeWhere(inbox, doc._id, 'seq', doc.seq, {
          seq: doc.seq + 1,
          claimedBy: null,
          claimedAt: null,
        });
    },
    /** How many entries of these kinds wait for a session; of one generation, if it is given. */
    unclaimed: (connectionId: string, kinds: Kinds, generation?: number): Promise<number> =>
      inbox.countDocuments({
        connectionId,
        kind: { $in: kinds },
        ...waiting,
        ...(generation === undefined ? {} : { generation }),
      }),
    /** Webhooks and revocations of a connection, newest first. `before`: those that came before that entry did. */
    list: (
      connectionId: string,
      { limit, before }: { readonly limit: number; readonly before?: InboxEntry | undefined },
    ): Promise<InboxEntry[]> => {
      const older =
        before === undefined
          ? {}
          : {
              $or: [
                { receivedAt: { $lt: before.receivedAt } },
                { receivedAt: before.receivedAt, _id: { $lt: before._id } },
              ],
            };
      return entries({ connectionId, kind: { $in: hooks }, ...older })
        .sort({ receivedAt: -1, _id: -1 })
        .limit(limit)
        .toArray();
    },
    /** Webhooks that were told and wait since before then, oldest first. */
    waitingSince: (before: Date, limit: number): Promise<InboxEntry[]> =>
      entries({ kind: { $in: hooks }, toldAt: { $ne: null }, waitingSince: { $lt: before }, ...waiting })
        .sort({ waitingSince: 1, _id: 1 })
        .limit(limit)
        .toArray(),
    /** What waits of a connection that can take it again: the dispatcher tells of it anew. */
    async tellAgain({ connectionId, generation }: InboxOwner): Promise<void> {
      const filter = { connectionId, generation, kind: { $in: hooks }, ...waiting };
      await inbox.updateMany(filter, { $set: { toldAt: null } });
    },
    /** Nobody could take it until now: its time begins anew. */
    async waitAnew(id: string, at: Date): Promise<void> {
      await inbox.updateOne({ _id: id, ...waiting }, { $set: { waitingSince: at } });
    },
    /** Nobody took it in its time; it is kept to be shown. @returns whether nobody took it since */
    async expire({ _id, seq }: InboxEntry, at: Date): Promise<boolean> {
      return changeWhere(inbox, _id, 'seq', seq, { seq: seq + 1, outcome: 'expired', endedAt: at });
    },
    /** What was claimed before then, oldest first. */
    claimedBefore: (before: Date, limit: number): Promise<InboxEntry[]> =>
      entries({ claimedAt: { $lt: before } })
        .sort({ claimedAt: 1, _id: 1 })
        .limit(limit)
        .toArray(),
    /** Deletes what ended before then without a session. */
    async removeEnded(before: Date): Promise<void> {
      await inbox.deleteMany({ endedAt: { $lt: before } });
    },
    remove: (ids: readonly string[]): Promise<void> => removeMany(inbox, ids),
  };
}
