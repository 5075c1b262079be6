import type { Db } from 'mongodb';
import { changeWhere, getOne, insertOnce, untilWon } from './commands.ts';
import { grantId } from './grants.ts';
import type { SchedulesDoc } from './model.ts';
import { collections } from './names.ts';

/** Which Schedules of the engine a generation of a connection has, or had a moment ago. */
export function createSchedules(db: Db) {
  const schedules = db.collection<SchedulesDoc>(collections.schedules);

  const change = (
    { connectionId, generation }: Generation,
    compute: (ids: readonly string[]) => readonly string[],
  ): Promise<readonly string[]> => {
    const _id = grantId(connectionId, generation);
    return untilWon(_id, async () => {
      const stored = await getOne(schedules, _id);
      const ids = [...new Set(compute(stored?.ids ?? []))].sort();
      if (ids.join() === (stored?.ids ?? []).join()) return ids;
      if (stored === null) return (await insertOnce(schedules, { _id, ids, seq: 0 })) ? ids : undefined;
      return (await changeWhere(schedules, _id, 'seq', stored.seq, { ids, seq: stored.seq + 1 }))
        ? ids
        : undefined;
    });
  };

  return {
    /** Written before they are created, so that none is ever forgotten. @returns all that there may be */
    add: (of: Generation, ids: readonly string[]) => change(of, (now) => [...now, ...ids]),
    /** After they are deleted at the engine. @returns all that are left */
    remove: (of: Generation, ids: readonly string[]) =>
      change(of, (now) => now.filter((id) => !ids.includes(id))),
    of: async ({ connectionId, generation }: Generation): Promise<readonly string[]> =>
      (await getOne(schedules, grantId(connectionId, generation)))?.ids ?? [],
    /** With what the engine had last; null: it never had any. */
    get: ({ connectionId, generation }: Generation): Promise<SchedulesDoc | null> =>
      getOne(schedules, grantId(connectionId, generation)),
    /** The engine has them so. Nothing is written where there never were any. */
    async setApplied({ connectionId, generation }: Generation, applied: string): Promise<void> {
      const _id = grantId(connectionId, generation);
      await untilWon(_id, async () => {
        const stored = await getOne(schedules, _id);
        if (stored === null || stored.applied === applied) return true;
        const change = { applied, seq: stored.seq + 1 };
        return (await changeWhere(schedules, _id, 'seq', stored.seq, change)) ? true : undefined;
      });
    },
  };
}

interface Generation {
  readonly connectionId: string;
  readonly generation: number;
}
