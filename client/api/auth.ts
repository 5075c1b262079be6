import { createHash, timingSafeEqual } from 'node:crypto';
import { TributaryError } from '../../domain/errors.ts';
import type { Api } from './deps.ts';

const hashed = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Refuses every request without the token, but routes that are open and addresses that do not exist. */
export function requireToken(api: Api, token: string): void {
  const expected = hashed(token);
  api.addHook('onRequest', async (request) => {
    if (request.is404 || request.routeOptions.config.open === true) return;
    const [scheme, given] = (request.headers.authorization ?? '').split(' ');
    // Hashes have one length, and comparing them takes one time.
    if (scheme?.toLowerCase() !== 'bearer' || !timingSafeEqual(hashed(given ?? ''), expected))
      throw new TributaryError('UNAUTHENTICATED');
  });
}
