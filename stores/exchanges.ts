import type { Db, Filter } from 'mongodb';
import { getMany, put } from './commands.ts';
import type { ExchangesDoc } from './model.ts';
import { collections } from './names.ts';

/** The last requests and answers of each resource of a session. */
export function createExchanges(db: Db) {
  const exchanges = db.collection<ExchangesDoc>(collections.exchanges);
  return {
    put: (doc: ExchangesDoc): Promise<void> => put(exchanges, doc),
    /** Those that are there, in the order of the resources. */
    many: (sessionId: string, resources: readonly string[]): Promise<ExchangesDoc[]> =>
      getMany(
        exchanges,
        resources.map((resource) => `${sessionId}/${resource}`),
      ),
    /** Deletes what nothing was added to since. Looks at every document on the embedded store. */
    async expire(before: Date): Promise<void> {
      await exchanges.deleteMany({ updatedAt: { $lt: before } } as Filter<ExchangesDoc>);
    },
  };
}
