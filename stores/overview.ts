import type { Db } from 'mongodb';
import { getOne, put } from './commands.ts';
import type { OverviewDoc } from './model.ts';
import { collections } from './names.ts';

/** Id of the one row. */
export const service = 'service';

/** The row of Overview (document 003): that the service lives, said by the service. */
export function createOverview(db: Db) {
  const overview = db.collection<OverviewDoc>(collections.overview);
  return {
    /** Null until it was said for the first time. */
    get: (): Promise<OverviewDoc | null> => getOne(overview, service),
    put: (row: Omit<OverviewDoc, '_id'>): Promise<void> => put(overview, { _id: service, ...row }),
  };
}
