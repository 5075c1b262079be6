import type { Db, Filter } from 'mongodb';
import { duplicateKey, insertDocuments } from '../platform/insert-documents.ts';
import { chunksOf, getOne, put, removeMany } from './commands.ts';
import { type Count, createKeyed, type Page, type Projection } from './keyed.ts';
import type { ListRow, SyncListDoc, SyncRecordDoc, SyncRetryDoc } from './model.ts';
import { syncListsCollection, syncRecordsCollection } from './names.ts';

/** Of a row that was delivered less than 1 KB is kept: so many are far from what a command takes. */
const docsPerInsert = 5_000;

/** Runs are numbered from 1: the retry lists of this number are those of rows that a person replays. */
export const replays = 0;

export const todoId = (runId: string, list: number): string => `${runId}/todo/${list}`;
export const retryId = (runId: string, list: number): string => `${runId}/retry/${list}`;

const ids = (count: number, of: (list: number) => string): string[] =>
  Array.from({ length: count }, (_, list) => of(list));

/** As stored: two texts are read and written several times as fast as thousands of small documents. */
interface StoredList {
  readonly _id: string;
  /** JSON: of each row all but its fields. */
  readonly rows: string;
  /** The fields of each row in a line, JSON already. */
  readonly fields: string;
}

type StoredRow = readonly [
  key: ListRow['key'],
  action: ListRow['action'],
  staged: ListRow['staged'],
  delivered: ListRow['delivered'],
  attempts: ListRow['attempts'],
  fresh: ListRow['fresh'],
];

const closedList = ({ _id, rows }: SyncListDoc): StoredList => ({
  _id,
  rows: JSON.stringify(
    rows.map(({ key, action, staged, delivered, attempts, fresh }): StoredRow => {
      return [key, action, staged, delivered, attempts, fresh];
    }),
  ),
  fields: rows.map(({ fields }) => fields).join('\n'),
});

function openedList({ _id, rows, fields }: StoredList): SyncListDoc {
  const lines = fields.split('\n');
  const stored = JSON.parse(rows) as readonly StoredRow[];
  return {
    _id,
    rows: stored.map(([key, action, staged, delivered, attempts, fresh], index) => {
      const fields = lines[index] ?? '';
      return { key, action, fields, staged, delivered, attempts, fresh };
    }),
  };
}

type Maybe =
  | 'action'
  | 'status'
  | 'delivered'
  | 'staged'
  | 'fields'
  | 'deliveredRun'
  | 'attempts'
  | 'notBefore'
  | 'error';

/**
 * As stored: there is one for every row that was ever delivered, so what says nothing is left out. Without `action` it
 * was an insert, without `staged` it is the same as `delivered`, without `status` the run delivered it.
 */
type StoredRecord = Omit<SyncRecordDoc, Maybe> & {
  readonly [F in Maybe]?: SyncRecordDoc[F] | undefined;
};

/** Undefined fields are not written: see the client's options. */
function closed(doc: SyncRecordDoc): StoredRecord {
  const isDelivered = doc.status === 'success' && doc.deliveredRun === doc.run;
  return {
    _id: doc._id,
    action: doc.action === 'insert' ? undefined : doc.action,
    status: isDelivered ? undefined : doc.status,
    delivered: doc.delivered ?? undefined,
    staged: doc.staged === doc.delivered ? undefined : doc.staged,
    fields: doc.fields ?? undefined,
    run: doc.run,
    deliveredRun: isDelivered ? undefined : (doc.deliveredRun ?? undefined),
    attempts: doc.attempts === 0 ? undefined : doc.attempts,
    notBefore: doc.notBefore ?? undefined,
    error: doc.error ?? undefined,
    at: doc.at,
  };
}

const opened = (stored: StoredRecord): SyncRecordDoc => ({
  _id: stored._id,
  action: stored.action ?? 'insert',
  status: stored.status ?? 'success',
  delivered: stored.delivered ?? null,
  staged: stored.staged === undefined ? (stored.delivered ?? null) : stored.staged,
  fields: stored.fields ?? null,
  run: stored.run,
  deliveredRun: stored.status === undefined ? stored.run : (stored.deliveredRun ?? null),
  attempts: stored.attempts ?? 0,
  notBefore: stored.notBefore ?? null,
  error: stored.error ?? null,
  at: stored.at,
});

/** A filter in terms of what is stored: of most rows that arrived, the status is left out. */
const storedWhere = (where: Filter<SyncRecordDoc>): Filter<StoredRecord> =>
  (where.status === 'success'
    ? { ...where, status: { $in: ['success', null] } }
    : where) as Filter<StoredRecord>;

/** What is known of each row of a sync, and the work lists of its runs. One collection each for a sync. */
export function createSyncRecords(db: Db, count: Count) {
  return {
    of(syncId: string) {
      const records = db.collection<StoredRecord>(syncRecordsCollection(syncId));
      const lists = db.collection<StoredList>(syncListsCollection(syncId));
      const retries = db.collection<SyncRetryDoc>(syncListsCollection(syncId));
      const keyed = createKeyed(records, count);
      return {
        async get(key: string): Promise<SyncRecordDoc | null> {
          const stored = await keyed.get(key);
          return stored === null ? null : opened(stored);
        },
        /** Those that are there, in the order of the keys. */
        getMany: async (keys: readonly string[]): Promise<SyncRecordDoc[]> =>
          (await keyed.getMany(keys)).map(opened),
        /** Those that are there with what planning needs, in the order of the keys; `fields` is left out. */
        known: async (keys: readonly string[]): Promise<SyncRecordDoc[]> =>
          (await keyed.getMany(keys, { fields: 0 })).map(opened),
        pageWhere: async (where: Filter<SyncRecordDoc>, page: Page): Promise<SyncRecordDoc[]> =>
          (await keyed.pageWhere(storedWhere(where), page)).map(opened),
        /** All, or those after a key, in the order of their keys. What a projection leaves out is null. */
        async *stream(projection?: Projection, after?: string | null): AsyncGenerator<SyncRecordDoc> {
          for await (const page of keyed.pages(projection, after)) yield* page.map(opened);
        },
        /** The keys of all, or those after a key, in order, many at a time. */
        async *keys(after: string | null): AsyncGenerator<string[]> {
          for await (const page of keyed.pages({ _id: 1 }, after)) yield page.map(({ _id }) => _id);
        },
        count: keyed.count,
        remove: keyed.remove,
        putMany: (docs: readonly SyncRecordDoc[]): Promise<void> => keyed.putMany(docs.map(closed)),
        /** Inserts new rows that were delivered, four times as fast as `putMany`; those that are there are replaced. */
        async insertDelivered(docs: readonly SyncRecordDoc[]): Promise<void> {
          for (const part of chunksOf(docs, docsPerInsert)) {
            const stored = part.map(closed);
            const refused = await insertDocuments(records, stored);
            const other = refused.find(({ code }) => code !== duplicateKey);
            if (other !== undefined) throw new Error(`A sync record was refused: ${other.errmsg}`);
            // A worker that died after this write repeats it.
            await keyed.putMany(refused.flatMap(({ index }) => stored[index] ?? []));
          }
        },

        putList: (doc: SyncListDoc): Promise<void> => put(lists, closedList(doc)),
        async list(runId: string, list: number): Promise<SyncListDoc | null> {
          const stored = await getOne(lists, todoId(runId, list));
          return stored === null ? null : openedList(stored);
        },
        putRetry: (doc: SyncRetryDoc): Promise<void> => put(retries, doc),
        /** Retry lists of a run, in order. */
        retry: (runId: string, list: number): Promise<SyncRetryDoc | null> =>
          getOne(retries, retryId(runId, list)),
        /** How many retry lists a run has. */
        async countRetries(runId: string): Promise<number> {
          for (let list = 0; ; list++)
            if ((await getOne(retries, retryId(runId, list))) === null) return list;
        },
        dropLists: (runId: string, many: number): Promise<void> =>
          removeMany(
            lists,
            ids(many, (list) => todoId(runId, list)),
          ),
        dropRetries: (runId: string, many: number): Promise<void> =>
          removeMany(
            retries,
            ids(many, (list) => retryId(runId, list)),
          ),
        /** Deletes everything that the sync owns. */
        async purge(): Promise<void> {
          await keyed.drop();
          await createKeyed(lists, count).drop();
        },
      };
    },
  };
}

export type SyncRecords = ReturnType<ReturnType<typeof createSyncRecords>['of']>;
