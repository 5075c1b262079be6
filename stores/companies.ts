import type { Db } from 'mongodb';
import { byId, getOne, insertOnce, notThere } from './commands.ts';
import type { CompanyDoc } from './model.ts';
import { collections } from './names.ts';

/** The tenants whose data is shared. */
export function createCompanies(db: Db) {
  const companies = db.collection<CompanyDoc>(collections.companies);
  return {
    /** Makes the company, or gives it this name. */
    async ensure({ id, name }: { readonly id: string; readonly name: string }): Promise<CompanyDoc> {
      const fresh: CompanyDoc = { _id: id, name, createdAt: new Date() };
      if (await insertOnce(companies, fresh)) return fresh;
      await companies.updateOne(byId(id), { $set: { name } });
      const stored = await getOne(companies, id);
      if (stored === null) throw notThere('company', id);
      return stored;
    },
    get: (id: string): Promise<CompanyDoc | null> => getOne(companies, id),
    /** All, ordered by id. */
    list: (): Promise<CompanyDoc[]> => companies.find().sort({ _id: 1 }).toArray(),
  };
}
