import type { Db } from 'mongodb';
import { TributaryError } from '../domain/errors.ts';
import { createTimedChange } from './changed.ts';
import { getOne, insertOnce } from './commands.ts';
import { createSettleLog } from './logged.ts';
import type { ReportTypeDoc } from './model.ts';
import { collections } from './names.ts';

/** What reports there are (document 003, section 4). */
export function createReportTypes(db: Db) {
  const types = db.collection<ReportTypeDoc>(collections.reportTypes);
  const change = createTimedChange(types, 'report type');
  return {
    /** @throws {TributaryError} INVALID_INPUT when the id is taken */
    async create(doc: ReportTypeDoc): Promise<ReportTypeDoc> {
      if (await insertOnce(types, doc)) return doc;
      throw new TributaryError('INVALID_INPUT', `There is a report type "${doc._id}" already.`);
    },
    get: (id: string): Promise<ReportTypeDoc | null> => getOne(types, id),
    /** Ordered by id. */
    list: (): Promise<ReportTypeDoc[]> => types.find({}).sort({ _id: 1 }).toArray(),
    /** See {@link createChange}. @throws {TributaryError} NOT_FOUND, STORE_CONFLICT */
    change,
    /** Writes the rows of Logs that it still carries. */
    settleLog: createSettleLog(db, change),
  };
}
