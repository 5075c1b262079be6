import type { Db } from 'mongodb';
import { getMany, getOne, insertOnce, put, removeMany } from './commands.ts';
import type {
  CompanyReceiptDoc,
  ConnectLinkDoc,
  KeptDeletion,
  ReceiptDoc,
  SkippedStartDoc,
} from './model.ts';
import { collections } from './names.ts';

/** What disconnects deleted, and the deletions of companies. A receipt is written once. */
export function createReceipts(db: Db) {
  const receipts = db.collection<ReceiptDoc>(collections.receipts);
  const ofCompanies = db.collection<CompanyReceiptDoc>(collections.companyReceipts);
  const links = db.collection<ConnectLinkDoc>(collections.connectLinks);
  return {
    /** @returns what is stored: of two writers the first one's */
    async keep(doc: ReceiptDoc): Promise<ReceiptDoc> {
      return (await insertOnce(receipts, doc)) ? doc : ((await getOne(receipts, doc._id)) ?? doc);
    },
    /** Kept data was deleted later; the first time counts. */
    async keepKeptDeleted(id: string, keptDeleted: KeptDeletion): Promise<void> {
      await receipts.updateOne({ _id: id, keptDeleted: { $exists: false } }, { $set: { keptDeleted } });
    },
    get: (id: string): Promise<ReceiptDoc | null> => getOne(receipts, id),
    /** Those that are there, in the order of the ids. */
    getMany: (ids: readonly string[]): Promise<ReceiptDoc[]> => getMany(receipts, ids),
    /** Newest first. */
    list: (limit: number): Promise<ReceiptDoc[]> =>
      receipts.find().sort({ at: -1, _id: 1 }).limit(limit).toArray(),
    /** @returns what is stored: of two writers the first one's */
    async keepOfCompany(doc: CompanyReceiptDoc): Promise<CompanyReceiptDoc> {
      return (await insertOnce(ofCompanies, doc)) ? doc : ((await getOne(ofCompanies, doc._id)) ?? doc);
    },
    ofCompany: (id: string): Promise<CompanyReceiptDoc | null> => getOne(ofCompanies, id),
    /** Connect links that were made for a company, of connections that were never there included. */
    linksOf: async (companyId: string): Promise<string[]> =>
      (await links.find({ 'company.id': companyId }, { projection: { _id: 1 } }).toArray()).map(
        ({ _id }) => _id,
      ),
    removeLinks: (ids: readonly string[]): Promise<void> => removeMany(links, ids),
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
