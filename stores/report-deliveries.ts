import type { Db } from 'mongodb';
import { type Count, createKeyed } from './keyed.ts';
import { below } from './merges.ts';
import type { ReportRowDeliveryDoc } from './model.ts';
import { reportDeliveriesCollection } from './names.ts';

/** What became of the rows of reports at their destination. */
export function createReportDeliveries(db: Db, count: Count) {
  return {
    /** Of one report type; the collection is made by its first write. */
    of(type: string) {
      const collection = db.collection<ReportRowDeliveryDoc>(reportDeliveriesCollection(type));
      const { putMany, getMany, remove } = createKeyed(collection, count);
      return {
        /** Replaces or inserts each by its `_id`. */
        putMany,
        /** Those that are there, in the order of the ids. */
        getMany,
        /** Ids that are not there are no error. */
        remove,
        /** All of a slot, without the words of the destination. */
        slot: (slot: string): Promise<Omit<ReportRowDeliveryDoc, 'error'>[]> =>
          collection
            .find(below<ReportRowDeliveryDoc>(slot), { projection: { error: 0 } })
            .sort({ _id: 1 })
            .toArray() as Promise<Omit<ReportRowDeliveryDoc, 'error'>[]>,
      };
    },
  };
}

export type ReportDeliveries = ReturnType<ReturnType<typeof createReportDeliveries>['of']>;
