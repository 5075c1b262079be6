import type { SubmittedCredentials } from '../../connectors/app.ts';
import type { TokenSet } from '../../connectors/oauth.ts';
import { TributaryError } from '../../domain/errors.ts';
import type { JsonValue } from '../../domain/json.ts';
import type { SecretBox } from '../../platform/crypto.ts';
import type { GrantDoc } from '../../stores/model.ts';

/** What a connection's grant holds: tokens of a consent, what a person typed in, or a client and its token. */
export type GrantSecret =
  | { readonly kind: 'oauth2'; readonly tokens: TokenSet }
  | {
      readonly kind: 'clientCredentials';
      readonly credentials: SubmittedCredentials;
      readonly tokens: TokenSet;
    }
  | { readonly kind: 'submitted'; readonly credentials: SubmittedCredentials };

export const sealGrant = (secrets: SecretBox, secret: GrantSecret, context: string) =>
  secrets.seal(secret as unknown as JsonValue, context);

/** @throws TributaryError GRANT_REVOKED when there is no grant. */
export function openGrant(secrets: SecretBox, grant: GrantDoc | null, context: string): GrantSecret {
  if (grant === null) throw new TributaryError('GRANT_REVOKED', 'The connection has no grant.');
  return secrets.open(grant.secret, context) as unknown as GrantSecret;
}

const dateOf = (time: string | undefined): Date | null => (time === undefined ? null : new Date(time));

/** When the access token ends; null: never, or the app does not say. */
export const expiryOf = (secret: GrantSecret): Date | null =>
  secret.kind === 'submitted' ? null : dateOf(secret.tokens.expiresAt);

/** Whether an access token that ended can be had anew without a person. */
export const isRenewable = (secret: GrantSecret): boolean =>
  secret.kind === 'clientCredentials' ||
  (secret.kind === 'oauth2' && secret.tokens.refreshToken !== undefined);

/** When the grant ends for good unless a person authorizes again; null: not by itself, or nobody says when. */
export function endOf(secret: GrantSecret): Date | null {
  if (secret.kind !== 'oauth2') return null;
  return dateOf(isRenewable(secret) ? secret.tokens.refreshExpiresAt : secret.tokens.expiresAt);
}

const dayMs = 86_400_000;

/** Whole days until a grant ends, 0 once it has; null when nobody says. */
export function daysLeft(endsAt: Date, now: Date): number;
export function daysLeft(endsAt: Date | null, now: Date): number | null;
export function daysLeft(endsAt: Date | null, now: Date): number | null {
  return endsAt === null ? null : Math.max(0, Math.floor((endsAt.getTime() - now.getTime()) / dayMs));
}
