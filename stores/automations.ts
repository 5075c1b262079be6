import type { Db } from 'mongodb';
import { createTimedChange } from './changed.ts';
import { getOne, insertOnce } from './commands.ts';
import { createSettleLog } from './logged.ts';
import type { AutomationDoc } from './model.ts';
import { collections } from './names.ts';

/** Automations; people see "schedules". */
export function createAutomations(db: Db) {
  const automations = db.collection<AutomationDoc>(collections.automations);
  const change = createTimedChange(automations, 'schedule');
  return {
    get: (id: string): Promise<AutomationDoc | null> => getOne(automations, id),
    /** Ordered by id. */
    list: (): Promise<AutomationDoc[]> => automations.find().sort({ _id: 1 }).toArray(),
    /** @returns false: the id is taken */
    put: (doc: AutomationDoc): Promise<boolean> => insertOnce(automations, doc),
    /** See {@link createChange}. @throws {TributaryError} NOT_FOUND, STORE_CONFLICT */
    change,
    /** Writes the rows of Logs that it still carries. */
    settleLog: createSettleLog(db, change),
    /** @returns false: it was not there */
    async remove(id: string): Promise<boolean> {
      return (await automations.deleteOne({ _id: id })).deletedCount === 1;
    },
  };
}
