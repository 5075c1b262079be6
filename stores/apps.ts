import { isDeepStrictEqual } from 'node:util';
import type { Db } from 'mongodb';
import { getOne, insertOnce, put, untilWon } from './commands.ts';
import type { AppDoc } from './model.ts';
import { collections } from './names.ts';

/** Address and client of each app. */
export function createApps(db: Db) {
  const apps = db.collection<AppDoc>(collections.apps);
  return {
    put: (doc: AppDoc): Promise<void> => put(apps, doc),
    get: (id: string): Promise<AppDoc | null> => getOne(apps, id),
    /**
     * Makes a new document of the stored one; repeated when others changed it meanwhile. Null: nothing is to change.
     * @throws {TributaryError} STORE_CONFLICT, and what `make` throws
     */
    change: (id: string, make: (before: AppDoc | null) => AppDoc | null): Promise<AppDoc | null> =>
      untilWon(id, async () => {
        const before = await getOne(apps, id);
        const next = make(before);
        if (next === null || isDeepStrictEqual(next, before)) return { doc: before };
        const { _id, ...rest } = next;
        // There are few apps: a filter that scans them costs nothing. A write in the same millisecond as the one
        // before it gets a later time, so that the time tells two documents apart.
        const last = before?.updatedAt.getTime() ?? 0;
        const updatedAt = new Date(Math.max(next.updatedAt.getTime(), last + 1));
        const doc: AppDoc = { ...next, updatedAt };
        const won =
          before === null
            ? await insertOnce(apps, doc)
            : (await apps.replaceOne({ _id: id, updatedAt: before.updatedAt }, { ...rest, updatedAt }))
                .matchedCount === 1;
        return won ? { doc } : undefined;
      }).then(({ doc }) => doc),
    /** All, ordered by id. */
    list: (): Promise<AppDoc[]> => apps.find().sort({ _id: 1 }).toArray(),
  };
}
