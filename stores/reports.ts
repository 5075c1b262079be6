import type { Db, Filter } from 'mongodb';
import { createChange } from './changed.ts';
import { getMany, getOne, insertOnce, put } from './commands.ts';
import { below } from './merges.ts';
import type { ReportDoc, ReportRevisionDoc } from './model.ts';
import { collections } from './names.ts';

/** Which reports of a type are wanted. */
export interface ReportPage {
  /** Slot of the last one of the page before. */
  readonly before?: string | undefined;
  readonly limit: number;
}

/** Reports, and their revisions. */
export function createReports(db: Db) {
  const reports = db.collection<ReportDoc>(collections.reports);
  const revisions = db.collection<ReportRevisionDoc>(collections.reportRevisions);
  return {
    /** @returns whether this call was the one that made it */
    create: (doc: ReportDoc): Promise<boolean> => insertOnce(reports, doc),
    get: (id: string): Promise<ReportDoc | null> => getOne(reports, id),
    /** Those that are there, in the order of the ids. */
    getMany: (ids: readonly string[]): Promise<ReportDoc[]> => getMany(reports, ids),
    /** Of a type, newest slot first. */
    list: (type: string, { before, limit }: ReportPage): Promise<ReportDoc[]> =>
      reports
        .find({
          _id: { $gte: `${type}/`, $lt: before === undefined ? `${type}0` : `${type}/${before}` },
        } as Filter<ReportDoc>)
        .sort({ _id: -1 })
        .limit(limit)
        .toArray() as Promise<ReportDoc[]>,
    /** All of a type, oldest slot first. */
    all: (type: string): Promise<ReportDoc[]> =>
      reports.find(below<ReportDoc>(type)).sort({ _id: 1 }).toArray() as Promise<ReportDoc[]>,
    /** Those that failed and whose failure nobody cleared. Looks at all on the embedded store. */
    failed: (): Promise<ReportDoc[]> => reports.find({ fail: true }).sort({ _id: 1 }).toArray(),
    /** See {@link createChange}. @throws {TributaryError} NOT_FOUND, STORE_CONFLICT */
    change: createChange(reports, 'report'),
    /** Replaces the revision of that number: a repeated write is the same. */
    putRevision: (doc: ReportRevisionDoc): Promise<void> => put(revisions, doc),
    /** Of one report, newest first; a number above the report's own is of a run that did not end. */
    revisions: async (id: string): Promise<ReportRevisionDoc[]> =>
      (await revisions.find(below<ReportRevisionDoc>(id)).toArray()).sort((a, b) => b.number - a.number),
  };
}
