import type { TokenDoc } from '../../../stores/tokens.ts';
import type { TokenView } from '../schemas/tokens.ts';

/** A token as people see it: never what it is told by. */
export function tokenView(doc: TokenDoc, at: Date): TokenView {
  const { _id: name, role, companies, createdBy, createdAt, expiresAt, lastUsedAt, ...rest } = doc;
  const { revokedAt, revokedBy } = rest;
  const isOver = expiresAt !== null && expiresAt <= at;
  return {
    ...{ name, role, createdBy, revokedBy },
    companies: companies === null ? null : [...companies],
    state: revokedAt !== null ? 'revoked' : isOver ? 'expired' : 'valid',
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt?.toISOString() ?? null,
    lastUsedAt: lastUsedAt?.toISOString() ?? null,
    revokedAt: revokedAt?.toISOString() ?? null,
  };
}
