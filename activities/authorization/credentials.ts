import { setTimeout as delay } from 'node:timers/promises';
import { type AppSettings, credentialsValue, tokenValue } from '../../connectors/app.ts';
import type { ConnectorDefinition } from '../../connectors/definition.ts';
import { fetchClientToken, refreshTokens, type TokenSet } from '../../connectors/oauth.ts';
import type { Credentials } from '../../connectors/source.ts';
import { TributaryError } from '../../domain/errors.ts';
import type { GrantDoc } from '../../stores/model.ts';
import type { ActivityPorts } from '../ports.ts';
import { secretContext } from '../secret-context.ts';
import { endOf, expiryOf, type GrantSecret, isRenewable, openGrant, sealGrant } from './grant.ts';

/** A refresh holds its lease so long at most; a refresher that died is waited for no longer. */
const leaseMs = 45_000;
const leasePollMs = 200;
/** A token that ends within this is refreshed before it is used. */
const earlyMs = 30_000;
/** What was read of the grant is good for so long: pages may come faster than the store answers. */
const freshMs = 1_000;

export interface CredentialsOf {
  readonly connectionId: string;
  readonly generation: number;
  readonly definition: ConnectorDefinition;
  readonly app: AppSettings;
  readonly signal: AbortSignal;
  /** In ms from any beginning; never goes back. @default performance.now */
  readonly clock?: () => number;
}

type Renewable = Exclude<GrantSecret, { readonly kind: 'submitted' }>;

/**
 * The authorization header of a connection. Refresh tokens are single use: one refresher a connection over all
 * workers holds a lease in the store, and new tokens are stored before they are used. A refresher that dies after the
 * app gave new tokens and before they are stored has lost the grant: the next one waits for the end of the lease, asks
 * with the old token, is refused (GRANT_REVOKED), and a person authorizes again (8). Nothing but the app could mend it.
 * What is asked with may be a second old; before a refresh, and before a refusal counts, the store is asked.
 */
export function createCredentials(
  ports: Pick<ActivityPorts, 'stores' | 'secrets' | 'egress'>,
  of: CredentialsOf,
): Credentials {
  const { connectionId, generation, definition, app, signal, clock = () => performance.now() } = of;
  const { grants } = ports.stores;
  const context = secretContext.grant(connectionId, generation);
  let refused: string | undefined;
  let known: { readonly secret: GrantSecret; readonly until: number } | undefined;

  const headerOf = (secret: GrantSecret): string =>
    secret.kind === 'submitted'
      ? credentialsValue(definition, secret.credentials)
      : tokenValue(definition, secret.tokens.accessToken);

  async function current(): Promise<{ readonly grant: GrantDoc; readonly secret: GrantSecret }> {
    const grant = await grants.get(connectionId, generation);
    const secret = openGrant(ports.secrets, grant, context);
    return { grant: grant as GrantDoc, secret };
  }

  /** Gives tokens other than the refused ones: those that another refresher stored, or new ones. */
  async function refreshed(old: string): Promise<string> {
    for (;;) {
      signal.throwIfAborted();
      const { grant, secret } = await current();
      if (secret.kind === 'submitted') throw new TributaryError('GRANT_REVOKED');
      const header = headerOf(secret);
      if (header !== old) return header;
      const leased = await grants.lease(grant._id, grant.seq, new Date(Date.now() + leaseMs));
      if (leased !== null) return headerOf(await renewed(leased, secret));
      await delay(leasePollMs, undefined, { signal });
    }
  }

  /** Not to be interrupted: an answer that is thrown away would lose the grant. */
  async function renewed(leased: GrantDoc, secret: Renewable): Promise<GrantSecret> {
    let tokens: TokenSet;
    try {
      tokens = await newTokens(secret);
    } catch (error) {
      // The next one may try at once. A lease that cannot be given back ends by itself.
      await grants.release(leased._id, leased.seq).catch(() => undefined);
      throw error;
    }
    const next: GrantSecret = { ...secret, tokens };
    for (let at = leased; ; ) {
      try {
        const sealed = sealGrant(ports.secrets, next, context);
        await grants.rotate(at._id, at.seq, {
          secret: sealed,
          expiresAt: expiryOf(next),
          endsAt: endOf(next),
        });
        return next;
      } catch (error) {
        if (!(error instanceof TributaryError) || error.code !== 'STORE_CONFLICT') throw error;
        // The same tokens sealed by another key give way to the new ones; those of a new authorization stay.
        const { grant, secret: stored } = await current();
        if (headerOf(stored) !== headerOf(secret)) return stored;
        at = grant;
      }
    }
  }

  async function newTokens(secret: Renewable): Promise<TokenSet> {
    const asking = { fetch: ports.egress.fetch };
    if (secret.kind === 'oauth2') return refreshTokens(definition, app, secret.tokens, asking);
    try {
      return await fetchClientToken(definition, app, secret.credentials, asking);
    } catch (error) {
      // What was accepted once and is not any more was taken back.
      if (error instanceof TributaryError && error.code === 'INVALID_CREDENTIALS')
        throw new TributaryError('GRANT_REVOKED', 'The app refused the credentials.', error.details);
      throw error;
    }
  }

  return {
    async authorization({ refresh = false } = {}) {
      if (refresh || (known !== undefined && known.until < clock())) known = undefined;
      known ??= { secret: (await current()).secret, until: clock() + freshMs };
      const { secret } = known;
      const header = headerOf(secret);
      if (secret.kind === 'submitted') {
        // Others than the refused ones were submitted meanwhile.
        const isNew = refused !== undefined && header !== refused;
        if (refresh && !isNew) throw new TributaryError('GRANT_REVOKED', 'The app refused the credentials.');
        refused = header;
        return header;
      }
      const ends = expiryOf(secret)?.getTime() ?? Number.POSITIVE_INFINITY;
      const stale = ends - Date.now() < earlyMs && isRenewable(secret);
      if (!refresh && !stale) {
        refused = header;
        return header;
      }
      known = undefined;
      refused = await refreshed(refresh ? (refused ?? header) : header);
      return refused;
    },
    async keep(configuration) {
      const next: GrantSecret = { kind: 'submitted', credentials: { kind: 'configuration', configuration } };
      for (;;) {
        const { grant, secret } = await current();
        // What a person, or another run of the source, put there meanwhile stays.
        if (headerOf(secret) !== refused) return;
        const { expiresAt, endsAt } = grant;
        try {
          const sealed = sealGrant(ports.secrets, next, context);
          await grants.rotate(grant._id, grant.seq, { secret: sealed, expiresAt, endsAt });
          known = undefined;
          refused = headerOf(next);
          return;
        } catch (error) {
          if (!(error instanceof TributaryError) || error.code !== 'STORE_CONFLICT') throw error;
        }
      }
    },
  };
}
