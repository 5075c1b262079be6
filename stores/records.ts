import { createHash } from 'node:crypto';
import { BSON, type Db, type Filter } from 'mongodb';
import { TributaryError } from '../domain/errors.ts';
import type { JsonValue } from '../domain/json.ts';
import { type Count, createKeyed, type Page } from './keyed.ts';
import type { QuarantineDoc, QuarantineTally, RecordDoc } from './model.ts';
import { quarantineCollection, recordsCollection } from './names.ts';

/** Equality on fields of the data; a dot reaches into an object. */
export type RecordFilter = Readonly<Record<string, JsonValue>>;

const recordsPerTrim = 500;

/** What dropping references to earlier rows gave back. */
export interface TrimmedVersions {
  readonly records: number;
  readonly revisions: number;
  readonly bytes: number;
}

/** The current records of connections. */
export function createRecords(db: Db, count: Count) {
  return {
    /** The records of one resource of one generation of a connection. */
    of(connectionId: string, generation: number, resource: string) {
      const collection = db.collection<RecordDoc>(recordsCollection(connectionId, generation, resource));
      const { pageWhere, ...keyed } = createKeyed(collection, count);
      return {
        ...keyed,
        /**
         * A page in key order. The filter is applied by the store, which looks at every record for it.
         * @throws {TributaryError} INVALID_INPUT if a field's name begins with `$`
         */
        page: ({ filter = {}, ...page }: Page & { readonly filter?: RecordFilter }): Promise<RecordDoc[]> =>
          pageWhere(dataFilter(filter), page),
        /** SHA-256 (hex) over key and fingerprint of every record in key order: equal records, equal digest. */
        async digest(): Promise<string> {
          const hash = createHash('sha256');
          for await (const { _id, fingerprint } of keyed.stream({ fingerprint: 1 }))
            hash.update(`${JSON.stringify([_id, fingerprint])}\n`);
          return hash.digest('hex');
        },
        /**
         * Drops the references to earlier rows whose batch is gone, a page at a time; nothing else of a record is
         * written. Only while nothing else writes these records. @returns what each page gave back
         */
        async *trimVersions(isGone: (batchId: string) => boolean): AsyncGenerator<TrimmedVersions> {
          let page: Pick<RecordDoc, '_id' | 'versions'>[] = [];
          let [revisions, bytes] = [0, 0];
          const write = async (): Promise<TrimmedVersions> => {
            const trimmed = { records: page.length, revisions, bytes };
            const writes = page.map(({ _id, versions }) => ({
              updateOne: { filter: { _id }, update: { $set: { versions } } },
            }));
            if (writes.length > 0) await collection.bulkWrite(writes, { ordered: false });
            [page, revisions, bytes] = [[], 0, 0];
            return trimmed;
          };
          for await (const { _id, versions } of keyed.stream({ versions: 1 })) {
            const left = versions.filter(({ source: [batchId] }) => !isGone(batchId));
            if (left.length === versions.length) continue;
            page.push({ _id, versions: left });
            revisions += versions.length - left.length;
            bytes += BSON.calculateObjectSize({ versions }) - BSON.calculateObjectSize({ versions: left });
            if (page.length >= recordsPerTrim) yield await write();
          }
          if (page.length > 0) yield await write();
        },
      };
    },
  };
}

export type Records = ReturnType<ReturnType<typeof createRecords>['of']>;

/** As stored: the payload as JSON text, so that any row can be kept exactly as it came. */
type StoredQuarantine = Omit<QuarantineDoc, 'payload'> & { readonly payload: string };

/** Rows that could not be taken. */
export function createQuarantine(db: Db, count: Count) {
  return {
    /** The quarantine of one resource of one generation of a connection. */
    of(connectionId: string, generation: number, resource: string) {
      const collection = db.collection<StoredQuarantine>(
        quarantineCollection(connectionId, generation, resource),
      );
      const keyed = createKeyed(collection, count);
      return {
        get: async (id: string): Promise<QuarantineDoc | null> => {
          const stored = await keyed.get(id);
          return stored === null ? null : opened(stored);
        },
        /** Replaces or inserts each by its `_id`. */
        putMany: (docs: readonly QuarantineDoc[]): Promise<void> =>
          keyed.putMany(docs.map((doc) => ({ ...doc, payload: JSON.stringify(doc.payload) }))),
        /** Those that are there, in the order of the ids. */
        getMany: async (ids: readonly string[]): Promise<QuarantineDoc[]> =>
          (await keyed.getMany(ids)).map(opened),
        removeMany: (ids: readonly string[]): Promise<void> => keyed.remove(ids),
        /** All rows without what they hold: one look through the collection. */
        tally: (): AsyncIterable<QuarantineTally> =>
          keyed.stream({ sessionId: 1, reason: 1, refusedIn: 1, at: 1 }),
        /** Rows in the order of the ids; those of a reason, those named, or all. */
        async *choose({ reason, ids, after = null }: QuarantineChoice): AsyncGenerator<QuarantineDoc> {
          if (ids !== undefined) {
            for (const doc of await keyed.getMany(ids))
              if ((after === null || doc._id > after) && isOf(reason, doc)) yield opened(doc);
            return;
          }
          for await (const doc of keyed.stream({}, after)) if (isOf(reason, doc)) yield opened(doc);
        },
        count: keyed.count,
        /** A page in the order of the ids. With a reason the store looks at every row. */
        async page({
          reason,
          ...page
        }: Page & { readonly reason?: QuarantineDoc['reason'] }): Promise<QuarantineDoc[]> {
          return (await keyed.pageWhere(reason === undefined ? {} : { reason }, page)).map(opened);
        },
        stream: keyed.stream,
        drop: keyed.drop,
      };
    },
  };
}

/** Which rows of a quarantine are meant; `after` is the last one that was had already. */
export interface QuarantineChoice {
  readonly reason?: string;
  readonly ids?: readonly string[];
  readonly after?: string | null;
}

const isOf = (reason: string | undefined, doc: Pick<QuarantineDoc, 'reason'>): boolean =>
  reason === undefined || doc.reason === reason;

export type Quarantine = ReturnType<ReturnType<typeof createQuarantine>['of']>;

const opened = (stored: StoredQuarantine): QuarantineDoc => ({
  ...stored,
  payload: JSON.parse(stored.payload) as JsonValue,
});

function dataFilter(filter: RecordFilter): Filter<RecordDoc> {
  const conditions = Object.entries(filter).map(([name, value]) => {
    if (name === '' || name.split('.').some((part) => part.startsWith('$')))
      throw new TributaryError('INVALID_INPUT', `"${name}" is no field that can be filtered by.`);
    return [`data.${name}`, { $eq: value }] as const;
  });
  return Object.fromEntries(conditions) as Filter<RecordDoc>;
}

const deepest = 90;

/**
 * Why a value cannot be part of a record (MongoDB takes no zero character in a name and 100 levels at most);
 * null when it can. Batches and quarantine take every value.
 */
export function whyUnstorable(value: JsonValue, depth = 0): string | null {
  if (typeof value !== 'object' || value === null) return null;
  if (depth > deepest) return `It is nested more than ${deepest} levels deep.`;
  for (const [name, inner] of Object.entries(value)) {
    if (name.includes('\0')) return 'The name of a field has a zero character.';
    const why = whyUnstorable(inner as JsonValue, depth + 1);
    if (why !== null) return why;
  }
  return null;
}
