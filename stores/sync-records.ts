import type { Db, Filter } from 'mongodb';
import type { SyncRecordStatus } from '../domain/sync-record.ts';
import { duplicateKey, insertDocuments } from '../platform/insert-documents.ts';
import { chunksOf, getOne, put, removeMany, type TextId } from './commands.ts';
import { merge, merged } from './in-order.ts';
import { type Count, createKeyed, type Page, type Projection } from './keyed.ts';
import type { ListRow, SyncListDoc, SyncRecordDoc, SyncRetryDoc } from './model.ts';
import { syncListsCollection, syncPacksCollection, syncRecordsCollection } from './names.ts';
import { createSyncPacks, isPackable, type StoredPack } from './sync-packs.ts';

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
  /** JSON of {@link Columns}, or of {@link EarlierRow}s. */
  readonly rows: string;
  /** The fields of each row in a line, JSON already. */
  readonly fields: string;
}

type Values<Name extends keyof ListRow> = readonly ListRow[Name][];

/** The rows of a list; a column is left out when it says of every row what is said of most. */
interface Columns {
  readonly key: Values<'key'>;
  readonly staged: Values<'staged'>;
  readonly action?: Values<'action'>;
  readonly delivered?: Values<'delivered'>;
  readonly attempts?: Values<'attempts'>;
  readonly fresh?: Values<'fresh'>;
}

const usual = { action: 'insert', delivered: null, attempts: 0, fresh: true } as const;

/** What earlier versions wrote of a row; a run that is paused may have such lists. */
type EarlierRow = readonly [
  key: ListRow['key'],
  action: ListRow['action'],
  staged: ListRow['staged'],
  delivered: ListRow['delivered'],
  attempts: ListRow['attempts'],
  fresh: ListRow['fresh'],
];

function closedList({ _id, rows }: SyncListDoc): StoredList {
  const unless = <Name extends keyof typeof usual>(name: Name): Values<Name> | undefined =>
    rows.every((row) => row[name] === usual[name]) ? undefined : rows.map((row) => row[name]);
  const columns = {
    key: rows.map(({ key }) => key),
    staged: rows.map(({ staged }) => staged),
    action: unless('action'),
    delivered: unless('delivered'),
    attempts: unless('attempts'),
    fresh: unless('fresh'),
  };
  return { _id, rows: JSON.stringify(columns), fields: rows.map(({ fields }) => fields).join('\n') };
}

function openedList({ _id, rows, fields }: StoredList): SyncListDoc {
  const lines = fields.split('\n');
  const stored = JSON.parse(rows) as Columns | readonly EarlierRow[];
  if (!('key' in stored))
    return {
      _id,
      rows: stored.map(([key, action, staged, delivered, attempts, fresh], index) => {
        const fields = lines[index] ?? '';
        return { key, action, fields, staged, delivered, attempts, fresh };
      }),
    };
  const { key: keys, staged, action, delivered, attempts, fresh } = stored;
  return {
    _id,
    rows: keys.map((key, index) => ({
      key,
      action: action?.[index] ?? usual.action,
      fields: lines[index] ?? '',
      staged: staged[index] ?? null,
      delivered: delivered?.[index] ?? usual.delivered,
      attempts: attempts?.[index] ?? usual.attempts,
      fresh: fresh?.[index] ?? usual.fresh,
    })),
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

/** Which rows are meant; all of them without any of these. */
export interface SyncRecordSelection {
  readonly status?: SyncRecordStatus | readonly SyncRecordStatus[] | undefined;
  /** Number of the run that wrote the row last. */
  readonly run?: number | undefined;
}

/** A row that arrived for the first time. */
export type DeliveredRow = Pick<SyncRecordDoc, '_id' | 'delivered'>;

/**
 * What is known of each row of a sync, and the work lists of its runs. Rows of which nothing is to be said than that
 * they arrived are kept many to a document; a row that has a document of its own is as that one says. Collections of
 * its own for each sync.
 */
export function createSyncRecords(db: Db, count: Count) {
  return {
    of(syncId: string) {
      const records = db.collection<StoredRecord>(syncRecordsCollection(syncId));
      const lists = db.collection<StoredList>(syncListsCollection(syncId));
      const retries = db.collection<SyncRetryDoc>(syncListsCollection(syncId));
      const packed = db.collection<StoredPack>(syncPacksCollection(syncId));
      const keyed = createKeyed(records, count);
      const packs = createSyncPacks(packed);

      /** Which of the keys have a document of their own. */
      const ownOf = async (keys: readonly string[]): Promise<ReadonlySet<string>> =>
        new Set((await keyed.getMany(keys, { _id: 1 })).map(({ _id }) => _id));

      async function found(keys: readonly string[], projection?: Projection): Promise<SyncRecordDoc[]> {
        const own = new Map((await keyed.getMany(keys, projection)).map((doc) => [doc._id, doc]));
        const missing = keys.filter((key) => !own.has(key));
        for (const row of missing.length === 0 ? [] : await packs.find(missing)) own.set(row._id, row);
        return keys.flatMap((key) => {
          const stored = own.get(key);
          return stored === undefined ? [] : [opened(stored)];
        });
      }

      /** @returns those that are to have documents of their own */
      async function pack(
        rows: readonly DeliveredRow[],
        run: number,
        at: Date,
      ): Promise<readonly DeliveredRow[]> {
        const inOrder = rows
          .filter(({ _id }) => isPackable(_id))
          .map(({ _id, delivered }) => ({ _id, delivered, run, at }))
          .sort((a, b) => (a._id < b._id ? -1 : 1));
        const [first, last] = [inOrder[0], inOrder.at(-1)];
        if (first === undefined || last === undefined) return rows;
        if (!(await packs.takes(inOrder.length, first._id, last._id))) return rows;
        const between = { _id: { $gte: first._id, $lte: last._id } };
        const others = records.find(between).project<TextId>({ _id: 1 });
        const own = new Set((await others.limit(inOrder.length).toArray()).map(({ _id }) => _id));
        // Among more rows of others than they are themselves, few would be found in one pack.
        if (own.size === inOrder.length) return rows;
        const taken = await packs.insert(inOrder.filter(({ _id }) => !own.has(_id)));
        return taken ? rows.filter(({ _id }) => own.has(_id) || !isPackable(_id)) : rows;
      }

      return {
        get: async (key: string): Promise<SyncRecordDoc | null> => (await found([key]))[0] ?? null,
        /** Those that are there, in the order of `keys`. */
        getMany: (keys: readonly string[]): Promise<SyncRecordDoc[]> => found(keys),
        /** Those that are there with what planning needs, in the order of `keys`; `fields` is left out. */
        known: (keys: readonly string[]): Promise<SyncRecordDoc[]> => found(keys, { fields: 0 }),
        async page({ status, run }: SyncRecordSelection, page: Page): Promise<SyncRecordDoc[]> {
          const wanted = status === undefined ? undefined : [status].flat();
          // Of most rows that arrived, the status is left out.
          const stored = wanted?.flatMap((one) => (one === 'success' ? [one, null] : [one]));
          const own = await keyed.pageWhere(
            {
              ...(stored === undefined ? {} : { status: { $in: stored } }),
              ...(run === undefined ? {} : { run }),
            } as Filter<StoredRecord>,
            page,
          );
          const arrived: StoredRecord[] = [];
          if (wanted?.includes('success') !== false)
            for await (const rows of packs.pages(page.after ?? null, run)) {
              const own = await ownOf(rows.map(({ _id }) => _id));
              arrived.push(...rows.filter(({ _id }) => !own.has(_id)));
              if (arrived.length >= page.limit) break;
            }
          const { both, first, second } = merge(own, arrived);
          return [...both, ...first, ...second].slice(0, page.limit).map(opened);
        },
        /** Rows in quarantine, all or those after a key, in order. What a projection leaves out is null. */
        async *quarantined(projection?: Projection, after?: string | null): AsyncGenerator<SyncRecordDoc> {
          for await (const page of keyed.pages(projection, after))
            for (const stored of page) if (stored.status === 'quarantined') yield opened(stored);
        },
        /** The keys of all, or those after a key, in order, many at a time. */
        async *keys(after: string | null): AsyncGenerator<string[]> {
          const own = keyed.pages({ _id: 1 }, after)[Symbol.asyncIterator]();
          for await (const page of merged<TextId>(own, packs.pages(after))) yield page.map(({ _id }) => _id);
        },
        /** Whether nothing is known of any row. */
        isEmpty: async (): Promise<boolean> => (await packs.isEmpty()) && (await keyed.count()) === 0,
        async remove(keys: readonly string[]): Promise<void> {
          // In this order: what a pack still says of a row would hold again once its own document is gone.
          await packs.remove(keys);
          await keyed.remove(keys);
        },
        putMany: (docs: readonly SyncRecordDoc[]): Promise<void> => keyed.putMany(docs.map(closed)),
        /**
         * Keeps that rows arrived of which nothing was known when the run was staged. What is written of one already,
         * by an attempt that died, is replaced.
         */
        async insertDelivered(rows: readonly DeliveredRow[], { run, at }: Pick<SyncRecordDoc, 'run' | 'at'>) {
          for (const part of chunksOf(await pack(rows, run, at), docsPerInsert)) {
            const stored = part.map(
              ({ _id, delivered }): StoredRecord => ({ _id, delivered: delivered ?? undefined, run, at }),
            );
            const refused = await insertDocuments(records, stored);
            const other = refused.find(({ code }) => code !== duplicateKey);
            if (other !== undefined) throw new Error(`A sync record was refused: ${other.errmsg}`);
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
          await createKeyed(packed, count).drop();
          await createKeyed(lists, count).drop();
        },
      };
    },
  };
}

export type SyncRecords = ReturnType<ReturnType<typeof createSyncRecords>['of']>;
