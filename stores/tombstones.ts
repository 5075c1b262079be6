import type { Db } from 'mongodb';
import { type Count, createKeyed } from './keyed.ts';
import type { TombstoneDoc } from './model.ts';
import { tombstonesCollection } from './names.ts';

/** What sessions took away. */
export function createTombstones(db: Db, count: Count) {
  return {
    /** The tombstones of one resource of one generation of a connection. */
    of(connectionId: string, generation: number, resource: string) {
      const collection = db.collection<TombstoneDoc>(
        tombstonesCollection(connectionId, generation, resource),
      );
      const { getMany, putMany, remove, count: countAll, stream, drop } = createKeyed(collection, count);
      return { getMany, putMany, remove, count: countAll, stream, drop };
    },
  };
}

export type Tombstones = ReturnType<ReturnType<typeof createTombstones>['of']>;
