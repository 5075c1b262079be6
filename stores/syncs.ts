import type { Db, Filter } from 'mongodb';
import { TributaryError } from '../domain/errors.ts';
import { createChange } from './changed.ts';
import { getOne, insertOnce, removeMany } from './commands.ts';
import type { SyncDoc } from './model.ts';
import { collections } from './names.ts';

/** What a sync is made with that nobody chooses. */
export const unrun = {
  statusReason: null,
  latestRun: 0,
  resync: null,
  version: 1,
  staged: null,
  remindedAt: null,
  seq: 0,
} as const satisfies Partial<SyncDoc>;

/** Which syncs are meant; all conditions must hold. */
export interface SyncFilter {
  readonly connectionId?: string;
  readonly company?: string;
  readonly destinationId?: string;
}

/** Deliveries of records to destinations. */
export function createSyncs(db: Db) {
  const syncs = db.collection<SyncDoc>(collections.syncs);
  return {
    /** @throws {TributaryError} INVALID_INPUT when the id is taken */
    async create(doc: SyncDoc): Promise<SyncDoc> {
      if (await insertOnce(syncs, doc)) return doc;
      throw new TributaryError('INVALID_INPUT', `There is a sync "${doc._id}" already.`);
    },
    get: (id: string): Promise<SyncDoc | null> => getOne(syncs, id),
    /** Ordered by id. Looks at every sync on the embedded store. */
    list: (filter: SyncFilter = {}): Promise<SyncDoc[]> =>
      syncs
        .find(filter as Filter<SyncDoc>)
        .sort({ _id: 1 })
        .toArray(),
    /** See {@link createChange}. @throws {TributaryError} NOT_FOUND, STORE_CONFLICT */
    change: createChange(syncs, 'sync'),
    remove: (id: string): Promise<void> => removeMany(syncs, [id]),
  };
}

export type Syncs = ReturnType<typeof createSyncs>;
