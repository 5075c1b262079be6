import type { Collection } from 'mongodb';
import { changeWhere, getOne, insertOnce } from './commands.ts';
import type { LeaseDoc } from './model.ts';

/** Rights that one holder at a time has for a while. A holder that died loses it when the time is over. */
export function createLeases(leases: Collection<LeaseDoc>, now: () => Date = () => new Date()) {
  return {
    /** Takes the right for so long, or keeps it. @returns whether the caller has it */
    async lease(id: string, holder: string, forMs: number): Promise<boolean> {
      const at = now();
      const until = new Date(at.getTime() + forMs);
      const lease = await getOne(leases, id);
      if (lease === null) return insertOnce(leases, { _id: id, seq: 1, holder, until });
      if (lease.holder !== null && lease.holder !== holder && lease.until > at) return false;
      return changeWhere(leases, id, 'seq', lease.seq, { holder, until, seq: lease.seq + 1 });
    },
    /** Gives it back, if the holder has it. */
    async release(id: string, holder: string): Promise<void> {
      const lease = await getOne(leases, id);
      if (lease?.holder === holder)
        await changeWhere(leases, id, 'seq', lease.seq, { holder: null, seq: lease.seq + 1 });
    },
  };
}
