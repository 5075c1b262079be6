import type { Db } from 'mongodb';
import { getOne, put } from './commands.ts';
import type { CursorDoc } from './model.ts';
import { collections } from './names.ts';

export const cursorId = (connectionId: string, generation: number, resource: string): string =>
  `${connectionId}/${generation}/${resource}`;

/** Where the next incremental pass of a resource starts. */
export function createCursors(db: Db) {
  const cursors = db.collection<CursorDoc>(collections.cursors);
  return {
    get: (connectionId: string, generation: number, resource: string): Promise<CursorDoc | null> =>
      getOne(cursors, cursorId(connectionId, generation, resource)),
    put: (doc: CursorDoc): Promise<void> => put(cursors, doc),
  };
}
