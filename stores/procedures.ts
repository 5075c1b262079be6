import type { Db } from 'mongodb';
import type { ProcedureResult } from '../domain/lifecycle.ts';
import { byId, getMany, getOne, insertOnce, removeMany } from './commands.ts';
import type { ProcedureDoc } from './model.ts';
import { collections } from './names.ts';

/** What a caller gives; the rest of the document is the repository's. */
export type NewProcedure = Pick<
  ProcedureDoc,
  'connectionId' | 'generation' | 'name' | 'by' | 'note' | 'arguments' | 'startedAt'
>;

export const procedureId = (connectionId: string, number: number): string => `${connectionId}/${number}`;

/** Numbers that were given out and not taken yet: calls that came at once. */
const mostAhead = 20;

/** The lifecycle procedures of connections: what was asked, its steps, how it ended. */
export function createProcedures(db: Db) {
  const procedures = db.collection<ProcedureDoc>(collections.procedures);
  const read = (connectionId: string, number: number): Promise<ProcedureDoc | null> =>
    getOne(procedures, procedureId(connectionId, number));
  const set = async (id: string, change: Readonly<Record<string, unknown>>): Promise<void> => {
    await procedures.updateOne(byId(id), { $set: change });
  };
  return {
    /** Takes the next number by insert: of several calls at once each gets its own. @param fence The connection's. */
    async allocate(fresh: NewProcedure, fence: number): Promise<ProcedureDoc> {
      for (let number = fence + 1; ; number++) {
        const _id = procedureId(fresh.connectionId, number);
        const doc: ProcedureDoc = { _id, number, ...fresh, steps: {}, answer: null, endedAt: null };
        if (await insertOnce(procedures, doc)) return doc;
      }
    },
    get: read,
    /** Newest first. @param fence The connection's. */
    list(
      connectionId: string,
      { fence, limit, before = fence + mostAhead }: { fence: number; limit: number; before?: number },
    ): Promise<ProcedureDoc[]> {
      const first = Math.min(before - 1, fence + mostAhead);
      const count = Math.max(0, Math.min(limit + mostAhead, first));
      const ids = Array.from({ length: count }, (_, index) => procedureId(connectionId, first - index));
      return getMany(procedures, ids).then((docs) => docs.slice(0, limit));
    },
    /** Notes when a step was taken; the first time stays. */
    async step(connectionId: string, number: number, step: string, at: Date): Promise<void> {
      const doc = await read(connectionId, number);
      if (doc !== null && doc.steps[step] === undefined) await set(doc._id, { [`steps.${step}`]: at });
    },
    /** Notes how it ended; the first answer stays. @returns the answer that is stored */
    async end(
      connectionId: string,
      number: number,
      answer: ProcedureResult,
      at: Date,
    ): Promise<ProcedureResult> {
      const doc = await read(connectionId, number);
      if (doc?.answer) return doc.answer;
      await set(procedureId(connectionId, number), { answer, endedAt: at });
      return answer;
    },
    /** One that never began. */
    remove: (connectionId: string, number: number): Promise<void> =>
      removeMany(procedures, [procedureId(connectionId, number)]),
  };
}
