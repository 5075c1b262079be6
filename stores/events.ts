import type { Db } from 'mongodb';
import { getOne, insertOnce } from './commands.ts';
import type { EventDoc } from './model.ts';
import { collections } from './names.ts';

/** What a connection told the outside, newest first when listed. */
export function createEvents(db: Db) {
  const events = db.collection<EventDoc>(collections.events);
  return {
    /** Stores it by its `_id`; the same event again changes nothing. @returns whether it is new */
    put: (event: EventDoc): Promise<boolean> => insertOnce(events, event),
    get: (id: string): Promise<EventDoc | null> => getOne(events, id),
    /** Newest first. Looks at every event on the embedded store. */
    list: (connectionId: string, limit: number): Promise<EventDoc[]> =>
      events.find({ connectionId }).sort({ at: -1, _id: -1 }).limit(limit).toArray(),
  };
}
