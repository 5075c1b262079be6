import type { Db } from 'mongodb';
import { getOne, put } from './commands.ts';
import type { AppDoc } from './model.ts';
import { collections } from './names.ts';

/** Address and client of each app. */
export function createApps(db: Db) {
  const apps = db.collection<AppDoc>(collections.apps);
  return {
    put: (doc: AppDoc): Promise<void> => put(apps, doc),
    get: (id: string): Promise<AppDoc | null> => getOne(apps, id),
    /** All, ordered by id. */
    list: (): Promise<AppDoc[]> => apps.find().sort({ _id: 1 }).toArray(),
  };
}
