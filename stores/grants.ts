import { isDeepStrictEqual } from 'node:util';
import type { Db } from 'mongodb';
import { TributaryError } from '../domain/errors.ts';
import type { Sealed } from '../platform/crypto.ts';
import { byId, changeWhere, getOne, insertOnce, notThere, untilWon } from './commands.ts';
import type { GrantDoc } from './model.ts';
import { collections } from './names.ts';

export const grantId = (connectionId: string, generation: number): string => `${connectionId}/${generation}`;

/** What an authorization gave. */
export interface NewGrant {
  readonly connectionId: string;
  readonly generation: number;
  readonly account: string;
  readonly secret: Sealed;
  readonly expiresAt: Date | null;
  readonly endsAt: Date | null;
}

/** Tokens and credentials, encrypted. One refresher a connection holds the lease. */
export function createGrants(db: Db) {
  const grants = db.collection<GrantDoc>(collections.grants);
  return {
    get: (connectionId: string, generation: number): Promise<GrantDoc | null> =>
      getOne(grants, grantId(connectionId, generation)),
    /** The first authorization, or a later one that takes its place; ends a lease. */
    save({ connectionId, generation, account, secret, expiresAt, endsAt }: NewGrant): Promise<GrantDoc> {
      const id = grantId(connectionId, generation);
      return untilWon(id, async () => {
        const change = { account, secret, expiresAt, endsAt, leasedUntil: null, updatedAt: new Date() };
        const stored = await getOne(grants, id);
        const doc: GrantDoc = { _id: id, ...change, seq: (stored?.seq ?? 0) + 1 };
        const won =
          stored === null
            ? await insertOnce(grants, doc)
            : await changeWhere(grants, id, 'seq', stored.seq, { ...change, seq: doc.seq });
        return won ? doc : undefined;
      });
    },
    /**
     * Puts a refreshed secret in the place of the one that was read with `seq`; ends the lease.
     * @throws {TributaryError} STORE_CONFLICT if the grant was changed since; NOT_FOUND
     */
    async rotate(
      id: string,
      seq: number,
      { secret, expiresAt, endsAt }: Pick<NewGrant, 'secret' | 'expiresAt' | 'endsAt'>,
    ): Promise<GrantDoc> {
      const change = { secret, expiresAt, endsAt, leasedUntil: null, seq: seq + 1, updatedAt: new Date() };
      const won = await changeWhere(grants, id, 'seq', seq, change);
      const stored = await getOne(grants, id);
      if (stored === null) throw notThere('grant', id);
      if (won || isDeepStrictEqual(stored.secret, secret)) return stored;
      throw new TributaryError('STORE_CONFLICT', `Grant "${id}" was changed by others.`);
    },
    /**
     * Takes the right to refresh until then: of several callers that read the same `seq` one gets the document,
     * the others null, and so does everyone while a lease runs.
     */
    async lease(id: string, seq: number, until: Date): Promise<GrantDoc | null> {
      const stored = await getOne(grants, id);
      if (stored === null || stored.seq !== seq) return null;
      if (stored.leasedUntil !== null && stored.leasedUntil.getTime() > Date.now()) return null;
      const change = { leasedUntil: until, seq: seq + 1 };
      return (await changeWhere(grants, id, 'seq', seq, change)) ? { ...stored, ...change } : null;
    },
    /** Gives the lease back without new tokens; nothing happens once the grant has changed. */
    async release(id: string, seq: number): Promise<void> {
      await changeWhere(grants, id, 'seq', seq, { leasedUntil: null, seq: seq + 1 });
    },
    byId: (id: string): Promise<GrantDoc | null> => getOne(grants, id),
    /**
     * Puts the same secret, sealed anew, in the place of the one that was read with `seq`.
     * @returns false when the grant was changed since, or a refresher holds the lease: whoever works with the `seq` of a
     * lease would lose what the app gave it
     */
    async reseal(id: string, seq: number, secret: Sealed): Promise<boolean> {
      const stored = await getOne(grants, id);
      if (stored === null || stored.seq !== seq) return false;
      if (stored.leasedUntil !== null && stored.leasedUntil.getTime() > Date.now()) return false;
      return changeWhere(grants, id, 'seq', seq, { secret, leasedUntil: null, seq: seq + 1 });
    },
    async remove(id: string): Promise<void> {
      await grants.deleteOne(byId(id));
    },
  };
}
