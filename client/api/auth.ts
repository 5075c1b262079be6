import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { TributaryError } from '../../domain/errors.ts';
import { type Capability, may, type Role, rolesWith } from '../../domain/roles.ts';
import { type TokenDoc, tokenHash } from '../../stores/tokens.ts';
import type { Api, ApiDeps } from './deps.ts';

/** Whose token a request carries. */
export interface Caller {
  /** Name of the token; null: the one of the installation. */
  readonly token: string | null;
  readonly role: Role;
  /** It sees only these; null: every company. */
  readonly companies: readonly string[] | null;
}

/** Finds the caller of a request; null: it carries no token that counts. */
export type Authenticate = (request: FastifyRequest) => Promise<Caller | null>;

const useIsWrittenEveryMs = 3_600_000;

const hashed = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Hashes have one length, and comparing them takes one time. */
const isSame = (one: string, other: string): boolean => timingSafeEqual(hashed(one), hashed(other));

/**
 * Makes what finds the caller: by the installation's token, else by a token of the store, which begins with its name.
 * @throws {TributaryError} UNAUTHENTICATED for a token that was revoked or has expired
 */
export function createAuthenticate({
  token,
  stores,
  log,
  now,
}: Pick<ApiDeps, 'token' | 'stores' | 'log'> & { readonly now: () => Date }): Authenticate {
  return async (request) => {
    const [scheme, given = ''] = (request.headers.authorization ?? '').split(' ');
    if (scheme?.toLowerCase() !== 'bearer') return null;
    if (isSame(given, token)) return { token: null, role: 'developer', companies: null };
    const name = given.split('.')[0] ?? '';
    const doc = given === name ? null : await stores.tokens.get(name);
    if (doc === null || !isSame(doc.hash, tokenHash(given))) return null;
    const at = now();
    requireValid(doc, at);
    if (doc.lastUsedAt === null || at.getTime() - doc.lastUsedAt.getTime() >= useIsWrittenEveryMs)
      await stores.tokens
        .use(name, at)
        .catch((error: unknown) => log.warn({ err: error, token: name }, 'its use was not written'));
    return { token: name, role: doc.role, companies: doc.companies };
  };
}

function requireValid({ _id, revokedAt, expiresAt }: TokenDoc, at: Date): void {
  if (revokedAt !== null)
    throw new TributaryError('UNAUTHENTICATED', `The token "${_id}" was revoked ${revokedAt.toISOString()}.`);
  if (expiresAt !== null && expiresAt <= at)
    throw new TributaryError('UNAUTHENTICATED', `The token "${_id}" expired ${expiresAt.toISOString()}.`);
}

/** What a route needs; one that names nothing is the developer's. */
export const needOf = (config: { readonly needs?: Capability | undefined }): Capability =>
  config.needs ?? 'develop';

/** Refuses what the roles table does not allow. @throws {TributaryError} FORBIDDEN, naming both roles */
export function requireRole({ role }: Pick<Caller, 'role'>, needs: Capability, what: string): void {
  if (may(role, needs)) return;
  const needed = rolesWith(needs);
  throw new TributaryError(
    'FORBIDDEN',
    `${what} needs the role ${needed.join(' or ')}; this token has the role ${role}.`,
    { role, needs, neededRoles: needed },
  );
}

/**
 * Refuses every request without a token, and those that its role does not allow; routes that are open and addresses
 * that do not exist are left out.
 */
export function requireToken(api: Api, authenticate: Authenticate): void {
  api.decorateRequest('caller', null);
  api.addHook('onRequest', async (request) => {
    const { config, url } = request.routeOptions;
    if (request.is404 || config.open === true) return;
    const caller = await authenticate(request);
    if (caller === null) throw new TributaryError('UNAUTHENTICATED');
    requireRole(caller, needOf(config), `${request.method} ${url}`);
    request.caller = caller;
  });
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Whose token it carries; null on routes that are open. */
    caller: Caller | null;
  }
  interface FastifyContextConfig {
    /** What the role of the caller must allow. Missing: only the developer's may. */
    readonly needs?: Capability;
  }
}
