import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { TributaryError } from '../../domain/errors.ts';
import type { Api } from './deps.ts';

const hashed = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Whether a request carries the token. */
export function hasToken(request: FastifyRequest, token: string): boolean {
  const [scheme, given] = (request.headers.authorization ?? '').split(' ');
  // Hashes have one length, and comparing them takes one time.
  return scheme?.toLowerCase() === 'bearer' && timingSafeEqual(hashed(given ?? ''), hashed(token));
}

/** Refuses every request without the token, but routes that are open and addresses that do not exist. */
export function requireToken(api: Api, token: string): void {
  api.addHook('onRequest', async (request) => {
    if (request.is404 || request.routeOptions.config.open === true) return;
    if (!hasToken(request, token)) throw new TributaryError('UNAUTHENTICATED');
  });
}
