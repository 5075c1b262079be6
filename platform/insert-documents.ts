import { type Collection, type Document, MongoServerError, WriteConcern } from 'mongodb';

/** A command takes so many bytes of documents together. */
export const mostInsertBytes = 16 * 1024 * 1024;

/** Code of a document whose `_id`, or another unique value, is there already. */
export const duplicateKey = 11000;

/** A document that was not inserted, by its place among those that were given. */
export interface RefusedDocument {
  readonly index: number;
  readonly code: number;
  readonly errmsg?: string | undefined;
  readonly errInfo?: Document | undefined;
}

/**
 * Inserts documents by one command, each on its own: one that is refused keeps no other from being inserted. The
 * driver's `insertMany` makes a buffer and several objects of each document, which costs twice as much here; but it
 * cuts what is too much for one command and goes on after an election, and this does neither.
 * @param documents together at most `mostInsertBytes` as BSON
 * @returns those that were refused
 * @throws MongoServerError when the server refuses all, or cannot say that it keeps them
 */
export async function insertDocuments<D extends Document>(
  { db, collectionName, writeConcern, bsonOptions }: Collection<D>,
  documents: readonly D[],
): Promise<readonly RefusedDocument[]> {
  if (documents.length === 0) return [];
  const command = { insert: collectionName, ordered: false, documents };
  const answer = await db.command(
    writeConcern === undefined ? command : WriteConcern.apply(command, writeConcern),
    bsonOptions,
  );
  if (answer.writeConcernError !== undefined) throw new MongoServerError(answer.writeConcernError);
  return answer.writeErrors ?? [];
}
