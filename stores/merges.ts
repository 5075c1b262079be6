import type { Db, Filter } from 'mongodb';
import { type Count, createKeyed } from './keyed.ts';
import type { MergeGroupDoc, MergeKeysDoc, MergeMemberDoc, MergePairDoc } from './model.ts';
import { type MergePart, mergeCollection } from './names.ts';

/** What deduplication merged, with what an undo needs, and by what it finds more. */
export function createMerges(db: Db, count: Count) {
  return {
    /** Of one resource of one generation of a connection; a collection is made by its first write. */
    of(connectionId: string, generation: number, resource: string) {
      const keyed = <D extends { readonly _id: string }>(part: MergePart) => {
        const collection = db.collection<D>(mergeCollection(part, connectionId, generation, resource));
        const { drop: _drop, pages: _pages, ...rest } = createKeyed(collection, count);
        return rest;
      };
      return {
        /** Merged records as the app has them. */
        members: keyed<MergeMemberDoc>('mergeMembers'),
        groups: keyed<MergeGroupDoc>('mergeGroups'),
        /** Suggestions, and what people decided. */
        pairs: keyed<MergePairDoc>('mergePairs'),
        /** Index of match keys, state, reports of sessions. */
        keys: keyed<MergeKeysDoc>('mergeKeys'),
      };
    },
  };
}

export type Merges = ReturnType<ReturnType<typeof createMerges>['of']>;

/** Every id that begins with `<prefix>/`; `0` is the character after `/`. */
export const below = <D>(prefix: string): Filter<D> =>
  ({ _id: { $gte: `${prefix}/`, $lt: `${prefix}0` } }) as Filter<D>;
