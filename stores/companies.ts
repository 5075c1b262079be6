import type { Db } from 'mongodb';
import type { Actor } from '../domain/contracts.ts';
import { TributaryError } from '../domain/errors.ts';
import { byId, getOne, insertOnce, notThere } from './commands.ts';
import type { CompanyDeletion, CompanyDoc } from './model.ts';
import { collections } from './names.ts';

/** The tenants whose data is shared. */
export function createCompanies(db: Db) {
  const companies = db.collection<CompanyDoc>(collections.companies);
  const read = async (id: string): Promise<CompanyDoc> => {
    const stored = await getOne(companies, id);
    if (stored === null) throw notThere('company', id);
    return stored;
  };
  return {
    /** Makes the company, or gives it this name. @throws {TributaryError} COMPANY_DELETED */
    async ensure({ id, name }: { readonly id: string; readonly name: string }): Promise<CompanyDoc> {
      const fresh: CompanyDoc = { _id: id, name, createdAt: new Date() };
      if (await insertOnce(companies, fresh)) return fresh;
      requireLiving(await read(id));
      await companies.updateOne(byId(id), { $set: { name } });
      return read(id);
    },
    /**
     * Whether its connections of one app are compared with each other.
     * @throws {TributaryError} NOT_FOUND, COMPANY_DELETED
     */
    async compareConnections(id: string, is: boolean): Promise<CompanyDoc> {
      requireLiving(await read(id));
      await companies.updateOne(byId(id), { $set: { deduplicateAcrossConnections: is } });
      return read(id);
    },
    /** A company that was deleted lives again, without anything of before. Nothing happens to one that lives. */
    async makeAgain(id: string): Promise<void> {
      const ended = { _id: id, 'deletion.endedAt': { $ne: null } };
      await companies.updateOne(ended, {
        $set: { createdAt: new Date() },
        $unset: { deletion: '', deduplicateAcrossConnections: '' },
      });
    },
    /**
     * From this write on it takes no new connections. A deletion that was begun before stays as it was begun.
     * @throws {TributaryError} NOT_FOUND
     */
    async beginDeletion(
      id: string,
      { by, keepData, at }: { readonly by: Actor; readonly keepData: boolean; readonly at: Date },
    ): Promise<CompanyDeletion> {
      const { deletion, deletions = 0 } = await read(id);
      if (deletion !== undefined) return deletion;
      const begun: CompanyDeletion = { number: deletions + 1, by, at, keepData, endedAt: null };
      await companies.updateOne(
        { _id: id, deletion: { $exists: false } },
        { $set: { deletion: begun, deletions: begun.number } },
      );
      return (await read(id)).deletion ?? begun;
    },
    async endDeletion(id: string, number: number, endedAt: Date): Promise<void> {
      await companies.updateOne(
        { _id: id, 'deletion.number': number, 'deletion.endedAt': null },
        { $set: { 'deletion.endedAt': endedAt } },
      );
    },
    get: (id: string): Promise<CompanyDoc | null> => getOne(companies, id),
    /** All, ordered by id; those that were deleted too. */
    list: (): Promise<CompanyDoc[]> => companies.find().sort({ _id: 1 }).toArray(),
  };
}

/** @throws {TributaryError} COMPANY_DELETED for a company that is being deleted, or was */
export function requireLiving({ _id, deletion }: CompanyDoc): void {
  if (deletion === undefined) return;
  const how = deletion.endedAt === null ? 'is being deleted' : 'was deleted';
  throw new TributaryError('COMPANY_DELETED', `Company ${_id} ${how}: it takes no new connections.`);
}
