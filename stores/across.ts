import type { Db, Filter } from 'mongodb';
import { type Count, createKeyed } from './keyed.ts';
import { createLeases } from './leases.ts';
import { below } from './merges.ts';
import type { AcrossGroupDoc, AcrossNodeDoc, AcrossPairDoc, AcrossTodoDoc, LeaseDoc } from './model.ts';
import { type AcrossPart, acrossCollection, collections } from './names.ts';

const nodesPerPage = 1_000;

/** What is one across the connections of a company. Everything here is written by whoever has the company's lease. */
export function createAcross(db: Db, count: Count) {
  const { lease, release } = createLeases(db.collection<LeaseDoc>(collections.acrossLeases));
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

    /** The right to change what is one in a company. */
    lease,
    release,
  };
}

const between = <D>(after: string, connectionId: string): Filter<D> =>
  ({ _id: { $gt: after, $lt: `${connectionId}0` } }) as Filter<D>;

export type AcrossStore = ReturnType<typeof createAcross>;
export type Across = ReturnType<AcrossStore['of']>;
