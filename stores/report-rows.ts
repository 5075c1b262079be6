import type { Db } from 'mongodb';
import { idsPerRead, removeMany } from './commands.ts';
import { type Count, createKeyed } from './keyed.ts';
import { below } from './merges.ts';
import type { ReportRowDoc } from './model.ts';
import { reportRowsCollection } from './names.ts';

/** Where the rows of one attempt are: nothing counts of them until the report names it. */
export const stageId = (slot: string, run: number, attempt: number): string => `${slot}/${run}.${attempt}`;

/** Rows of reports. */
export function createReportRows(db: Db, count: Count) {
  return {
    /** Of one report type; the collection is made by its first write. */
    of(type: string) {
      const collection = db.collection<ReportRowDoc>(reportRowsCollection(type));
      const { putMany, getMany, pageWhere, drop } = createKeyed(collection, count);
      return {
        /** Replaces or inserts each by its `_id`. */
        putMany,
        /** Those that are there, in the order of the ids. */
        getMany,
        /** A page of a stage in the order of the keys. @param after Key of the last row before. */
        page: (
          stage: string,
          { after, limit }: { readonly after?: string | undefined; readonly limit: number },
        ): Promise<ReportRowDoc[]> =>
          after === undefined
            ? pageWhere(below<ReportRowDoc>(stage), { limit })
            : pageWhere({ _id: { $gt: `${stage}/${after}`, $lt: `${stage}0` } } as never, { limit }),
        /** All rows of a stage, by pages in the order of the keys. */
        async *pages(stage: string): AsyncGenerator<readonly ReportRowDoc[]> {
          const cursor = collection.find(below<ReportRowDoc>(stage)).sort({ _id: 1 }).batchSize(1_000);
          try {
            while (await cursor.hasNext()) yield cursor.readBufferedDocuments() as ReportRowDoc[];
          } finally {
            await cursor.close();
          }
        },
        /** Deletes every row of a slot that is not of the stage; null: all of them. */
        async keepOnly(slot: string, stage: string | null): Promise<void> {
          const mine = await collection
            .find(below<ReportRowDoc>(slot), { projection: { _id: 1 } })
            .batchSize(idsPerRead)
            .map(({ _id }) => _id)
            .toArray();
          const others = mine.filter((id) => stage === null || !id.startsWith(`${stage}/`));
          await removeMany(collection, others);
        },
        drop,
      };
    },
  };
}

export type ReportRows = ReturnType<ReturnType<typeof createReportRows>['of']>;
