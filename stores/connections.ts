import { isDeepStrictEqual } from 'node:util';
import type { Db } from 'mongodb';
import { TributaryError } from '../domain/errors.ts';
import { changeWhere, getOne, insertOnce, notThere, untilWon } from './commands.ts';
import type { ConnectionDoc } from './model.ts';
import { collections } from './names.ts';

/** What a change may set; `_id`, `seq` and `updatedAt` are the repository's. */
export type ConnectionChange = Partial<Omit<ConnectionDoc, '_id' | 'seq' | 'updatedAt' | 'changedAt'>>;

/** The fields that a change gives another value. */
const changedIn = (doc: ConnectionDoc, change: ConnectionChange, at: Date): Record<string, Date> =>
  Object.fromEntries(
    Object.entries(change)
      .filter(([name, value]) => !isDeepStrictEqual(doc[name as keyof ConnectionDoc], value))
      .map(([name]) => [name, at]),
  );

/** One company x one app. */
export function createConnections(db: Db) {
  const connections = db.collection<ConnectionDoc>(collections.connections);
  return {
    /** @throws {TributaryError} CONNECTION_EXISTS */
    async create(doc: ConnectionDoc): Promise<ConnectionDoc> {
      if (await insertOnce(connections, doc)) return doc;
      throw new TributaryError('CONNECTION_EXISTS', `There is a connection "${doc._id}" already.`);
    },
    get: (id: string): Promise<ConnectionDoc | null> => getOne(connections, id),
    /** Ordered by id. Looks at every connection on the embedded store. */
    list: (filter: { readonly company?: string; readonly app?: string } = {}): Promise<ConnectionDoc[]> =>
      connections.find(filter).sort({ _id: 1 }).toArray(),
    /**
     * Connections of an app that were authorized for an account, by what its identity request said or by one of
     * their parameters; without those that were disconnected. Ordered by id.
     */
    ofAccount: (app: string, account: string, parameters: readonly string[]): Promise<ConnectionDoc[]> =>
      connections
        .find({
          app,
          status: { $ne: 'DISCONNECTED' },
          $or: [{ account }, ...parameters.map((name) => ({ [`parameters.${name}`]: account }))],
        })
        .sort({ _id: 1 })
        .toArray(),
    /**
     * Reads, computes and writes by compare-and-set; on a conflict all of it again. `compute` may run several
     * times and must be pure; null leaves the document as it is.
     * @returns the document after the change
     * @throws {TributaryError} NOT_FOUND, or STORE_CONFLICT after 20 conflicts
     */
    change: (id: string, compute: (doc: ConnectionDoc) => ConnectionChange | null): Promise<ConnectionDoc> =>
      untilWon(id, async () => {
        const doc = await getOne(connections, id);
        if (doc === null) throw notThere('connection', id);
        const change = compute(doc);
        if (change === null) return doc;
        const updatedAt = new Date();
        const changedAt = { ...doc.changedAt, ...changedIn(doc, change, updatedAt) };
        const set = { ...change, changedAt, seq: doc.seq + 1, updatedAt };
        return (await changeWhere(connections, id, 'seq', doc.seq, set)) ? { ...doc, ...set } : undefined;
      }),
  };
}

export type Connections = ReturnType<typeof createConnections>;
