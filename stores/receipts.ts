import type { Db } from 'mongodb';
import { getOne, put } from './commands.ts';
import type { ReceiptDoc, SkippedStartDoc } from './model.ts';
import { collections } from './names.ts';

/** What disconnects deleted. */
export function createReceipts(db: Db) {
  const receipts = db.collection<ReceiptDoc>(collections.receipts);
  return {
    put: (doc: ReceiptDoc): Promise<void> => put(receipts, doc),
    get: (id: string): Promise<ReceiptDoc | null> => getOne(receipts, id),
    /** Newest first. */
    list: (limit: number): Promise<ReceiptDoc[]> =>
      receipts.find().sort({ at: -1, _id: 1 }).limit(limit).toArray(),
  };
}

/** Starts that made no session. */
export function createSkippedStarts(db: Db) {
  const skipped = db.collection<SkippedStartDoc>(collections.skippedStarts);
  return {
    put: (doc: SkippedStartDoc): Promise<void> => put(skipped, doc),
    get: (id: string): Promise<SkippedStartDoc | null> => getOne(skipped, id),
    /** Newest first. Looks at every one on the embedded store. */
    list: ({ connectionId, limit }: { readonly connectionId?: string; readonly limit: number }) =>
      skipped
        .find(connectionId === undefined ? {} : { connectionId })
        .sort({ at: -1, _id: 1 })
        .limit(limit)
        .toArray(),
  };
}
