import { setTimeout as delay } from 'node:timers/promises';
import { type AppSettings, credentialsValue, tokenValue } from '../../connectors/app.ts';
import type { ConnectorDefinition } from '../../connectors/definition.ts';
import { refreshTokens, type TokenSet } from '../../connectors/oauth.ts';
import type { Credentials } from '../../connectors/source.ts';
import { TributaryError } from '../../domain/errors.ts';
import type { ActivityPorts } from '../ports.ts';
import { secretContext } from '../secret-context.ts';
import { expiryOf, openGrant, sealGrant } from './grant.ts';

/** A refresh holds its lease so long at most; a refresher that died is waited for no longer. */
const leaseMs = 45_000;
const leasePollMs = 200;
/** A token that ends within this is refreshed before it is used. */
const earlyMs = 30_000;

export interface CredentialsOf {
  readonly connectionId: string;
  readonly generation: number;
  readonly definition: ConnectorDefinition;
  readonly app: AppSettings;
  readonly signal: AbortSignal;
}

/**
 * The authorization header of a connection. Refresh tokens are single use: one refresher a connection over all
 * workers holds a lease in the store, and new tokens are stored before they are used.
 */
export function createCredentials(ports: ActivityPorts, of: CredentialsOf): Credentials {
  const { connectionId, generation, definition, app, signal } = of;
  const context = secretContext.grant(connectionId, generation);
  let refused: string | undefined;

  async function current(): Promise<{ header: string; tokens?: TokenSet }> {
    const grant = await ports.stores.grants.get(connectionId, generation);
    const secret = openGrant(ports.secrets, grant, context);
    if (secret.kind === 'submitted') return { header: credentialsValue(definition, secret.credentials) };
    return { header: tokenValue(definition, secret.tokens.accessToken), tokens: secret.tokens };
  }

  /** Gives tokens other than the refused ones: those that another refresher stored, or new ones. */
  async function refreshed(old: string): Promise<string> {
    for (;;) {
      signal.throwIfAborted();
      const grant = await ports.stores.grants.get(connectionId, generation);
      const secret = openGrant(ports.secrets, grant, context);
      if (grant === null || secret.kind === 'submitted') throw new TributaryError('GRANT_REVOKED');
      const header = tokenValue(definition, secret.tokens.accessToken);
      if (header !== old) return header;
      const leased = await ports.stores.grants.lease(grant._id, grant.seq, new Date(Date.now() + leaseMs));
      if (leased === null) {
        await delay(leasePollMs, undefined, { signal });
        continue;
      }
      // Not to be interrupted: an answer that is thrown away would lose the grant.
      const tokens = await refreshTokens(definition, app, secret.tokens);
      const kept = tokens.refreshToken ?? secret.tokens.refreshToken;
      const next: TokenSet = kept === undefined ? tokens : { ...tokens, refreshToken: kept };
      const sealed = sealGrant(ports.secrets, { kind: 'oauth2', tokens: next }, context);
      await ports.stores.grants.rotate(leased._id, leased.seq, {
        secret: sealed,
        expiresAt: expiryOf(next),
        endsAt: null,
      });
      return tokenValue(definition, next.accessToken);
    }
  }

  return {
    async authorization({ refresh = false } = {}) {
      const { header, tokens } = await current();
      if (tokens === undefined) {
        if (refresh) throw new TributaryError('GRANT_REVOKED', 'The app refused the credentials.');
        return header;
      }
      const ends = tokens.expiresAt === undefined ? Number.POSITIVE_INFINITY : Date.parse(tokens.expiresAt);
      const stale = ends - Date.now() < earlyMs && tokens.refreshToken !== undefined;
      if (!refresh && !stale) {
        refused = header;
        return header;
      }
      const next = await refreshed(refresh ? (refused ?? header) : header);
      refused = next;
      return next;
    },
  };
}
