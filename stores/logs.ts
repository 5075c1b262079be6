import type { Db, Filter } from 'mongodb';
import type { LogLine } from '../domain/automations.ts';
import { getOne, insertOnce } from './commands.ts';
import { logRowOf } from './logged.ts';
import type { LogDoc } from './model.ts';
import { collections } from './names.ts';

/** Which rows of Logs are wanted. */
export interface LogPage {
  /** Only of this subject, such as `automation/nightly-orders`. */
  readonly subject?: string | undefined;
  /** Id of the last row of the page before. */
  readonly before?: string | undefined;
  readonly limit: number;
}

/** Who changed what of the control base, and what happened: rows are only added. */
export function createLogs(db: Db) {
  const logs = db.collection<LogDoc>(collections.logs);
  return {
    /**
     * @param mark Of a row that may be added again: the same time and mark are the same row.
     * @returns the id of the row; ids are ordered by the time of their rows
     */
    async add(line: LogLine, mark?: string): Promise<string> {
      const row = logRowOf(line, mark);
      await insertOnce(logs, row);
      return row._id;
    },
    get: (id: string): Promise<LogDoc | null> => getOne(logs, id),
    /** Newest first. With a subject the embedded store looks at every row. */
    list({ subject, before, limit }: LogPage): Promise<LogDoc[]> {
      const filter = {
        ...(before === undefined ? {} : { _id: { $lt: before } }),
        ...(subject === undefined ? {} : { subject }),
      } as Filter<LogDoc>;
      return logs.find(filter).sort({ _id: -1 }).limit(limit).toArray() as Promise<LogDoc[]>;
    },
  };
}
