import type { Db, Filter } from 'mongodb';
import { insertOnce } from './commands.ts';
import type { QuarantineLineDoc } from './model.ts';
import { collections } from './names.ts';

/** Whose lines are wanted. */
export interface QuarantineLinesOf {
  readonly connectionId: string;
  readonly generation: number;
  /** Null: of the connection's own sessions. */
  readonly syncId: string | null;
  readonly limit: number;
}

/** What became of rows that left quarantine. */
export function createQuarantineLines(db: Db) {
  const lines = db.collection<QuarantineLineDoc>(collections.quarantineLines);
  return {
    /** The same line again changes nothing. */
    async put(line: QuarantineLineDoc): Promise<void> {
      await insertOnce(lines, line);
    },
    /** Newest first. */
    list: ({ limit, ...of }: QuarantineLinesOf): Promise<QuarantineLineDoc[]> =>
      lines
        .find({ ...of } as Filter<QuarantineLineDoc>)
        .sort({ at: -1, _id: 1 })
        .limit(limit)
        .toArray(),
  };
}
