import type { Db } from 'mongodb';
import type { TickResult } from '../domain/automations.ts';
import { changeWhere, getMany, getOne, insertOnce, removeMany } from './commands.ts';
import { below } from './merges.ts';
import type { AutomationTickDoc } from './model.ts';
import { collections } from './names.ts';

/** A due time that somebody is about to start. */
export type TickClaim = Omit<AutomationTickDoc, 'outcome' | 'seq' | 'reason' | 'text' | 'holder'> & {
  /** The same holder finds its own claim again. */
  readonly holder: string;
};

/** What is written of a tick that was claimed, or of one that nobody starts. */
export interface TickEnd {
  readonly outcome: TickResult;
  readonly reason: string | null;
  readonly text: string;
}

/** What became of each due time of an automation. */
export function createAutomationTicks(db: Db) {
  const ticks = db.collection<AutomationTickDoc>(collections.automationTicks);
  return {
    get: (id: string): Promise<AutomationTickDoc | null> => getOne(ticks, id),
    /** Those that are there. */
    getMany: (ids: readonly string[]): Promise<AutomationTickDoc[]> => getMany(ticks, ids),
    /** Newest slot first. */
    list: (automationId: string, limit: number): Promise<AutomationTickDoc[]> =>
      ticks.find(below<AutomationTickDoc>(automationId)).sort({ _id: -1 }).limit(limit).toArray() as Promise<
        AutomationTickDoc[]
      >,

    /**
     * Takes a due time: of several at once one gets it, and again when it asks again. One whose holder was not heard
     * of since `staleBefore` is taken over.
     * @returns the claim; null: another one has it, or it is over
     */
    async claim(claim: TickClaim, staleBefore: Date): Promise<AutomationTickDoc | null> {
      const mine: AutomationTickDoc = { ...claim, outcome: 'running', reason: null, text: '', seq: 0 };
      if (await insertOnce(ticks, mine)) return mine;
      const known = await getOne(ticks, claim._id);
      if (known?.outcome !== 'running') return null;
      if (known.holder === claim.holder) return known;
      if (known.at > staleBefore) return null;
      const { holder, at } = claim;
      const taken = { holder, at, seq: known.seq + 1 };
      return (await changeWhere(ticks, known._id, 'seq', known.seq, taken)) ? { ...known, ...taken } : null;
    },
    /** Writes how a claim ended; one that was taken over meanwhile stays as it is. */
    async end({ _id, seq }: AutomationTickDoc, { outcome, reason, text }: TickEnd): Promise<void> {
      await changeWhere(ticks, _id, 'seq', seq, { outcome, reason, text, seq: seq + 1 });
    },
    /** A due time that nobody starts. @returns false: it is known already */
    note: (row: Omit<TickClaim, 'holder'>, end: TickEnd): Promise<boolean> =>
      insertOnce(ticks, { ...row, ...end, holder: null, seq: 0 }),
    /** Deletes what was due before. Looks at all on the embedded store. */
    async expire(before: Date): Promise<void> {
      await ticks.deleteMany({ dueAt: { $lt: before } });
    },
    /** Those of an automation that is deleted. */
    async removeOf(automationId: string): Promise<void> {
      const mine = await ticks
        .find(below<AutomationTickDoc>(automationId), { projection: { _id: 1 } })
        .toArray();
      await removeMany(
        ticks,
        mine.map(({ _id }) => _id),
      );
    },
  };
}
