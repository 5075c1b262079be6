import type { SubmittedCredentials } from '../../connectors/app.ts';
import type { TokenSet } from '../../connectors/oauth.ts';
import { TributaryError } from '../../domain/errors.ts';
import type { JsonValue } from '../../domain/json.ts';
import type { SecretBox } from '../../platform/crypto.ts';
import type { GrantDoc } from '../../stores/model.ts';

/** What a connection's grant holds: tokens of a consent, or what a person typed in. */
export type GrantSecret =
  | { readonly kind: 'oauth2'; readonly tokens: TokenSet }
  | { readonly kind: 'submitted'; readonly credentials: SubmittedCredentials };

export const sealGrant = (secrets: SecretBox, secret: GrantSecret, context: string) =>
  secrets.seal(secret as unknown as JsonValue, context);

/** @throws TributaryError GRANT_REVOKED when there is no grant. */
export function openGrant(secrets: SecretBox, grant: GrantDoc | null, context: string): GrantSecret {
  if (grant === null) throw new TributaryError('GRANT_REVOKED', 'The connection has no grant.');
  return secrets.open(grant.secret, context) as unknown as GrantSecret;
}

export const expiryOf = (tokens: TokenSet): Date | null =>
  tokens.expiresAt === undefined ? null : new Date(tokens.expiresAt);
