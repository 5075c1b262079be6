import type { Db, Filter } from 'mongodb';
import { byId, getOne, put } from './commands.ts';
import { cursorId } from './cursors.ts';
import type { MergeDoc } from './model.ts';
import { collections } from './names.ts';

export const mergeId = (connectionId: string, generation: number, resource: string, key: string): string =>
  `${cursorId(connectionId, generation, resource)}/${key}`;

/** What deduplication merged, with what an undo needs. */
export function createMerges(db: Db) {
  const merges = db.collection<MergeDoc>(collections.merges);
  return {
    put: (doc: MergeDoc): Promise<void> => put(merges, doc),
    get: (id: string): Promise<MergeDoc | null> => getOne(merges, id),
    /** In the order of the ids. Looks at every merge on the embedded store. */
    list: (connectionId: string, generation: number, resource: string, limit: number): Promise<MergeDoc[]> =>
      merges
        .find(below<MergeDoc>(cursorId(connectionId, generation, resource)))
        .sort({ _id: 1 })
        .limit(limit)
        .toArray(),
    /** After an undo. */
    async remove(id: string): Promise<void> {
      await merges.deleteOne(byId(id));
    },
  };
}

/** Every id that begins with `<prefix>/`; `0` is the character after `/`. */
export const below = <D>(prefix: string): Filter<D> =>
  ({ _id: { $gte: `${prefix}/`, $lt: `${prefix}0` } }) as Filter<D>;
