import type { Db, Filter } from 'mongodb';
import { changeWhere, getOne, insertOnce } from './commands.ts';
import { type Count, createKeyed } from './keyed.ts';
import { below } from './merges.ts';
import type { AcrossGroupDoc, AcrossLeaseDoc, AcrossNodeDoc, AcrossPairDoc, AcrossTodoDoc } from './model.ts';
import { type AcrossPart, acrossCollection, collections } from './names.ts';

const nodesPerPage = 1_000;

/** What is one across the connections of a company. Everything here is written by whoever has the company's lease. */
export function createAcross(db: Db, count: Count) {
  const leases = db.collection<AcrossLeaseDoc>(collections.acrossLeases);
  return {
    /** Of one resource of an app; a collection is made by its first write. */
    of(company: string, app: string, resource: string) {
      const keyed = <D extends { readonly _id: string }>(part: AcrossPart) => {
        const {
          drop: _drop,
          pages: _pages,
          ...rest
        } = createKeyed(db.collection<D>(acrossCollection(part, company, app, resource)), count);
        return rest;
      };
      const nodes = keyed<AcrossNodeDoc>('acrossNodes');
      const todos = keyed<AcrossTodoDoc>('acrossTodos');
      const ofConnection = async function* <D extends { readonly _id: string }>(
        from: {
          readonly pageWhere: (where: Filter<D>, page: { limit: number; after?: string }) => Promise<D[]>;
        },
        connectionId: string,
      ): AsyncGenerator<D> {
        for (let after: string | undefined; ; ) {
          // `after` would take the place of the lower end: the part is named by both.
          const where = after === undefined ? below<D>(connectionId) : between<D>(after, connectionId);
          const page = await from.pageWhere(where, { limit: nodesPerPage });
          yield* page;
          if (page.length < nodesPerPage) return;
          after = page.at(-1)?._id;
        }
      };
      return {
        nodes: { ...nodes, ofConnection: (id: string) => ofConnection<AcrossNodeDoc>(nodes, id) },
        groups: keyed<AcrossGroupDoc>('acrossGroups'),
        /** What people decided about records of two connections. */
        pairs: keyed<AcrossPairDoc>('acrossPairs'),
        todos: { ...todos, ofConnection: (id: string) => ofConnection<AcrossTodoDoc>(todos, id) },
      };
    },

    /**
     * Takes the right to change what is one in the company for so long, or keeps it; at most one holder has it.
     * @returns whether the caller has it
     */
    async lease(company: string, holder: string, forMs: number): Promise<boolean> {
      const at = new Date();
      const until = new Date(at.getTime() + forMs);
      const lease = await getOne(leases, company);
      if (lease === null) return insertOnce(leases, { _id: company, seq: 1, holder, until });
      if (lease.holder !== null && lease.holder !== holder && lease.until > at) return false;
      return changeWhere(leases, company, 'seq', lease.seq, { holder, until, seq: lease.seq + 1 });
    },

    /** Gives it back, if the holder has it. */
    async release(company: string, holder: string): Promise<void> {
      const lease = await getOne(leases, company);
      if (lease?.holder === holder)
        await changeWhere(leases, company, 'seq', lease.seq, { holder: null, seq: lease.seq + 1 });
    },
  };
}

const between = <D>(after: string, connectionId: string): Filter<D> =>
  ({ _id: { $gt: after, $lt: `${connectionId}0` } }) as Filter<D>;

export type AcrossStore = ReturnType<typeof createAcross>;
export type Across = ReturnType<AcrossStore['of']>;
