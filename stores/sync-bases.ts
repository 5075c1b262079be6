import type { Db } from 'mongodb';
import type { SyncTableKey } from '../domain/sync-base.ts';
import { createChange } from './changed.ts';
import { getOne, insertOnce, removeMany } from './commands.ts';
import { type Count, createKeyed } from './keyed.ts';
import { below } from './merges.ts';
import type { SyncBaseDoc, SyncBaseRowDoc } from './model.ts';
import { collections, syncBaseRowsCollection } from './names.ts';

/** Months whose calls are kept. */
const keptMonths = 13;

/** The SYNC bases that are attached, and what both sides of each had last. */
export function createSyncBases(db: Db, count: Count) {
  const bases = db.collection<SyncBaseDoc>(collections.syncBases);
  const change = createChange(bases, 'SYNC base');
  const rowsOf = (baseId: string) => db.collection<SyncBaseRowDoc>(syncBaseRowsCollection(baseId));
  return {
    /** @returns false: it is attached already */
    create: (doc: SyncBaseDoc): Promise<boolean> => insertOnce(bases, doc),
    get: (id: string): Promise<SyncBaseDoc | null> => getOne(bases, id),
    /** Ordered by id. */
    list: (): Promise<SyncBaseDoc[]> => bases.find().sort({ _id: 1 }).toArray(),
    /** See {@link createChange}. @throws {TributaryError} NOT_FOUND, STORE_CONFLICT */
    change,
    /** Adds to the calls of the month of `at`. @throws {TributaryError} NOT_FOUND, STORE_CONFLICT */
    addCalls: (id: string, calls: number, at: Date): Promise<SyncBaseDoc> =>
      change(id, (doc) => {
        if (calls <= 0) return null;
        const month = at.toISOString().slice(0, 7);
        const counted = { ...doc.calls, [month]: (doc.calls[month] ?? 0) + calls };
        const kept = Object.entries(counted).toSorted().slice(-keptMonths);
        return { calls: Object.fromEntries(kept) };
      }),
    /** Forgets the base and its rows; the base itself stays as it is. */
    async remove(id: string): Promise<void> {
      await removeMany(bases, [id]);
      await createKeyed(rowsOf(id), count).drop();
    },
    /** Rows of one base; the collection is made by its first write. */
    rows(baseId: string) {
      const collection = rowsOf(baseId);
      const { get, getMany, putMany, remove, count: counted, stream, drop } = createKeyed(collection, count);
      return {
        ...{ get, getMany, putMany, remove, count: counted, stream, drop },
        /** Of one table, ordered by our id. Looks at every row of the base on the embedded store. */
        table: (table: SyncTableKey): Promise<SyncBaseRowDoc[]> =>
          collection.find(below<SyncBaseRowDoc>(table)).sort({ _id: 1 }).toArray() as Promise<
            SyncBaseRowDoc[]
          >,
      };
    },
  };
}

/** Id of a row of a SYNC base. */
export const syncBaseRowId = (table: SyncTableKey, id: string): string => `${table}/${id}`;
