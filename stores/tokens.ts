import { createHash } from 'node:crypto';
import type { Db } from 'mongodb';
import type { Actor } from '../domain/contracts.ts';
import type { Role } from '../domain/roles.ts';
import { getOne, insertOnce } from './commands.ts';
import { collections } from './names.ts';

/** A token of the API; what it is told by is kept as a hash only. */
export interface TokenDoc {
  /** Its name. A revoked one stays, so that Logs and timelines name one token only. */
  readonly _id: string;
  readonly role: Role;
  /** It sees only these; null: every company. */
  readonly companies: readonly string[] | null;
  /** SHA-256, hexadecimal, of the whole token. */
  readonly hash: string;
  readonly createdBy: Actor;
  readonly createdAt: Date;
  /** null: it does not expire. */
  readonly expiresAt: Date | null;
  /** Written at most once an hour. */
  readonly lastUsedAt: Date | null;
  readonly revokedAt: Date | null;
  readonly revokedBy: Actor | null;
}

/** How a token is stored. */
export const tokenHash = (token: string): string => createHash('sha256').update(token).digest('hex');

/** Tokens beside that of the installation. */
export function createTokens(db: Db) {
  const tokens = db.collection<TokenDoc>(collections.tokens);
  return {
    get: (name: string): Promise<TokenDoc | null> => getOne(tokens, name),
    /** Ordered by name. */
    list: (): Promise<TokenDoc[]> => tokens.find().sort({ _id: 1 }).toArray(),
    /** @returns false: the name is taken */
    add: (doc: TokenDoc): Promise<boolean> => insertOnce(tokens, doc),
    /** The first revocation stays. @returns null: there is no such token */
    async revoke(name: string, at: Date, by: Actor): Promise<TokenDoc | null> {
      await tokens.updateOne({ _id: name, revokedAt: null }, { $set: { revokedAt: at, revokedBy: by } });
      return getOne(tokens, name);
    },
    async use(name: string, at: Date): Promise<void> {
      await tokens.updateOne({ _id: name }, { $set: { lastUsedAt: at } });
    },
  };
}
