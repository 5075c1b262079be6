import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  type AnyBulkWriteOperation,
  BSON,
  type Collection,
  type Document,
  type Filter,
  type FindCursor,
  MongoServerError,
} from 'mongodb';
import { byId, chunksOf, getMany, getOne, isDuplicate, removeMany, type TextId } from './commands.ts';

const docsPerWrite = 1_000;
const docsPerRead = 1_000;

/** Counts a collection exactly without reading its documents; how depends on the store. */
export type Count = <D extends Document>(collection: Collection<D>) => Promise<number>;

/** Fields to be read, or to be left out. */
export type Projection = Readonly<Record<string, 0 | 1>>;

/** Part of a collection in the order of its keys. */
export interface Page {
  /** Last key of the page before. */
  readonly after?: string;
  readonly limit: number;
}

/** What collections of their own (records, quarantine) have in common. All writes are by `_id` and may be repeated. */
export function createKeyed<D extends TextId>(collection: Collection<D>, count: Count) {
  const putPart = async (docs: readonly D[]): Promise<void> => {
    const writes = docs.map(({ _id, ...replacement }) => ({
      replaceOne: { filter: byId<D>(_id), replacement, upsert: true },
    }));
    await collection.bulkWrite(writes as unknown as AnyBulkWriteOperation<D>[], { ordered: false });
  };
  const inOrder = (projection: Projection, after: string | null, raw = false) =>
    collection
      .find((after === null ? {} : { _id: { $gt: after } }) as Filter<D>, { projection, raw })
      .sort({ _id: 1 })
      .batchSize(docsPerRead);
  return {
    get: (id: string): Promise<D | null> => getOne(collection, id),
    /** Those that are there, in the order of the ids. */
    getMany: (ids: readonly string[], projection?: Projection): Promise<D[]> =>
      getMany(collection, ids, projection),
    /** Replaces or inserts each by its `_id`; of one `_id` twice, the last one stays. */
    async putMany(docs: readonly D[]): Promise<void> {
      const last = [...new Map(docs.map((doc) => [doc._id, doc])).values()];
      for (const part of chunksOf(last, docsPerWrite)) {
        try {
          await putPart(part);
        } catch (error) {
          // Another writer inserted one of these ids in the same moment: now it is there to be replaced.
          if (!isDuplicate(error)) throw error;
          await putPart(part);
        }
      }
    },
    /** Ids that are not there are no error. */
    remove: (ids: readonly string[]): Promise<void> => removeMany(collection, ids),
    /** Exact, and cheap: no document is read. */
    count: (): Promise<number> => count(collection),
    pageWhere: (where: Filter<D>, { after, limit }: Page): Promise<D[]> =>
      collection
        .find({ ...where, ...(after === undefined ? {} : { _id: { $gt: after } }) } as Filter<D>)
        .sort({ _id: 1 })
        .limit(limit)
        .toArray() as Promise<D[]>,
    /** All, or those after a key, in the order of their keys; memory is bounded by a thousand documents. */
    stream: (projection: Projection = {}, after: string | null = null): AsyncIterable<D> =>
      inOrder(projection, after) as AsyncIterable<D>,
    /** The same, as many at a time as one answer of the store has: several times as fast for many. */
    pages: (projection: Projection = {}, after: string | null = null): AsyncGenerator<D[]> =>
      answersOf(inOrder(projection, after, true), (doc: D) => doc),
    /** Pages of what is made of each document, of which nothing else is kept. */
    mapped: <T>(
      make: (doc: D) => T,
      projection: Projection = {},
      after: string | null = null,
    ): AsyncGenerator<T[]> => answersOf(inOrder(projection, after, true), make),
    /** Deletes the collection; one that is not there is no error. */
    async drop(): Promise<void> {
      try {
        await collection.drop();
      } catch (error) {
        if (!isNotThere(error)) throw error;
      }
    },
  };
}

/** As the client reads them: see its options. */
const asWritten = { validation: { utf8: false } } as const;

/** @param cursor of raw documents: opened here they cost a third less than opened by the driver */
async function* answersOf<D, T>(cursor: FindCursor, make: (doc: D) => T): AsyncGenerator<T[]> {
  let coming = cursor.hasNext();
  try {
    while (await coming) {
      const docs = cursor.readBufferedDocuments() as Uint8Array[];
      // The next answer is on its way while the caller works on this one.
      coming = cursor.hasNext();
      coming.catch(() => undefined);
      // Sent before the caller's work keeps the thread, not after.
      await nextTurn();
      yield docs.map((bytes) => make(BSON.deserialize(bytes, asWritten) as D));
    }
  } finally {
    await coming.catch(() => undefined);
    await cursor.close();
  }
}

const namespaceNotFound = 26;

const isNotThere = (error: unknown): boolean =>
  error instanceof MongoServerError &&
  (error.code === namespaceNotFound || /ns not found/i.test(error.message));
