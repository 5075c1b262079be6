import type { Db } from 'mongodb';
import { byId, changeWhere, getOne, insertOnce } from './commands.ts';
import type { PlanDoc } from './model.ts';
import { collections } from './names.ts';

/** Plans that a person may have carried out once. */
export function createPlans(db: Db) {
  const plans = db.collection<PlanDoc>(collections.plans);
  return {
    async put(plan: Omit<PlanDoc, 'uses'>): Promise<void> {
      await insertOnce(plans, { ...plan, uses: 0 });
    },
    get: (id: string): Promise<PlanDoc | null> => getOne(plans, id),
    /** @returns whether this call was the one that used it: of several at once exactly one gets true */
    use: (id: string): Promise<boolean> => changeWhere(plans, id, 'uses', 0, { uses: 1 }),
    /** Nothing came of the call, so the plan may be used again. */
    async giveBack(id: string): Promise<void> {
      await plans.updateOne(byId(id), { $set: { uses: 0 } });
    },
    /** Deletes those that ended before. */
    async expire(before: Date): Promise<void> {
      await plans.deleteMany({ expiresAt: { $lt: before } });
    },
  };
}
