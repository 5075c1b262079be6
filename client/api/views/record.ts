import type { RecordDoc } from '../../../stores/model.ts';
import type { RecordView } from '../schemas/records.ts';

/** A record without its sources. */
export const recordView = (doc: RecordDoc): RecordView => ({
  key: doc._id,
  data: doc.data,
  createdIn: doc.createdIn,
  changedIn: doc.changedIn,
  updatedAt: doc.updatedAt.toISOString(),
});
