import { type Db, MongoBulkWriteError, type OptionalUnlessRequiredId } from 'mongodb';
import { getMany, getOne, isDuplicate, put, removeMany } from './commands.ts';
import { type Count, createKeyed } from './keyed.ts';
import type { SyncListDoc, SyncRecordDoc, SyncRetryDoc } from './model.ts';
import { syncListsCollection, syncRecordsCollection } from './names.ts';

const duplicateKey = 11000;

export const todoId = (runId: string, list: number): string => `${runId}/todo/${list}`;
export const retryId = (runId: string, list: number): string => `${runId}/retry/${list}`;

const ids = (count: number, of: (list: number) => string): string[] =>
  Array.from({ length: count }, (_, list) => of(list));

/** As stored: one text is read and written several times as fast as thousands of small documents. */
interface StoredList {
  readonly _id: string;
  readonly rows: string;
}

/** What is known of each row of a sync, and the work lists of its runs. One collection each for a sync. */
export function createSyncRecords(db: Db, count: Count) {
  return {
    of(syncId: string) {
      const records = db.collection<SyncRecordDoc>(syncRecordsCollection(syncId));
      const lists = db.collection<StoredList>(syncListsCollection(syncId));
      const retries = db.collection<SyncRetryDoc>(syncListsCollection(syncId));
      const keyed = createKeyed(records, count);
      return {
        ...keyed,
        /** Those that are there with what planning needs, in the order of the ids; `fields` is left out. */
        known: (keys: readonly string[]): Promise<SyncRecordDoc[]> => getMany(records, keys, { fields: 0 }),
        /** Inserts rows that are new, which is four times as fast as replacing; those that are there are replaced. */
        async insertMany(docs: readonly SyncRecordDoc[]): Promise<void> {
          if (docs.length === 0) return;
          try {
            await records.insertMany(docs as OptionalUnlessRequiredId<SyncRecordDoc>[], { ordered: false });
          } catch (error) {
            if (!onlyDuplicates(error)) throw error;
            // A worker that died after this write repeats it.
            await keyed.putMany(docs);
          }
        },

        putList: ({ _id, rows }: SyncListDoc): Promise<void> =>
          put(lists, { _id, rows: JSON.stringify(rows) }),
        async list(runId: string, list: number): Promise<SyncListDoc | null> {
          const stored = await getOne(lists, todoId(runId, list));
          return stored === null
            ? null
            : { _id: stored._id, rows: JSON.parse(stored.rows) as SyncListDoc['rows'] };
        },
        putRetry: (doc: SyncRetryDoc): Promise<void> => put(retries, doc),
        /** Retry lists of a run, in order. */
        retry: (runId: string, list: number): Promise<SyncRetryDoc | null> =>
          getOne(retries, retryId(runId, list)),
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

function onlyDuplicates(error: unknown): boolean {
  if (!(error instanceof MongoBulkWriteError)) return isDuplicate(error);
  const errors = Array.isArray(error.writeErrors) ? error.writeErrors : [error.writeErrors];
  return errors.every(({ code }) => Number(code) === duplicateKey) && isDuplicate(error);
}
