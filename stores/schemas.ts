import type { Db } from 'mongodb';
import { getOne, put } from './commands.ts';
import { cursorId } from './cursors.ts';
import type { LearnedSchemaDoc } from './model.ts';
import { collections } from './names.ts';

/** The fields that the rows of each resource had so far. */
export function createLearnedSchemas(db: Db) {
  const schemas = db.collection<LearnedSchemaDoc>(collections.schemas);
  return {
    get: (connectionId: string, generation: number, resource: string): Promise<LearnedSchemaDoc | null> =>
      getOne(schemas, cursorId(connectionId, generation, resource)),
    put: (doc: LearnedSchemaDoc): Promise<void> => put(schemas, doc),
  };
}
