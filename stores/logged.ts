import { randomBytes } from 'node:crypto';
import type { Db } from 'mongodb';
import type { LogLine } from '../domain/automations.ts';
import { TributaryError } from '../domain/errors.ts';
import type { Changeable, ChangeOf } from './changed.ts';
import { insertOnce } from './commands.ts';
import type { LogDoc } from './model.ts';
import { collections } from './names.ts';

/** What carries the rows of Logs of its own edits until they are written, so that a crash in between loses none. */
export interface Logging {
  readonly unlogged?: readonly LogDoc[];
}

/** A row with its id; ids are ordered by the time of their rows. */
export const logRowOf = (line: LogLine, mark = randomBytes(6).toString('hex')): LogDoc => ({
  _id: `${line.at.toISOString()}/${mark}`,
  ...line,
});

/** What an edit sets besides, so that its row is stored in the same write. */
export const withLogRow = ({ unlogged = [] }: Logging, line: LogLine): Required<Logging> => ({
  unlogged: [...unlogged, logRowOf(line)],
});

/**
 * Makes what writes the rows that a document still carries: after each edit, and by a sweep for what a crash left.
 * Writing them twice leaves one.
 */
export function createSettleLog<D extends Changeable & Logging>(
  db: Db,
  change: (id: string, compute: (doc: D) => ChangeOf<D> | null) => Promise<D>,
) {
  const logs = db.collection<LogDoc>(collections.logs);
  return async ({ _id, unlogged = [] }: Pick<D, '_id' | 'unlogged'>): Promise<void> => {
    if (unlogged.length === 0) return;
    for (const row of unlogged) await insertOnce(logs, row);
    const written = new Set(unlogged.map((row) => row._id));
    try {
      await change(_id, (doc) => {
        const left = (doc.unlogged ?? []).filter((row) => !written.has(row._id));
        return left.length === doc.unlogged?.length ? null : ({ unlogged: left } as unknown as ChangeOf<D>);
      });
    } catch (error) {
      // It was deleted meanwhile: its rows are there.
      if (!(error instanceof TributaryError) || error.code !== 'NOT_FOUND') throw error;
    }
  };
}
