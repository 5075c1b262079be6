import type { FastifyRequest } from 'fastify';
import type { Actor } from '../../domain/contracts.ts';
import { invalid } from './problem.ts';

const printable = /^[\x20-\x7e]{1,200}$/;

function header(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name];
  if (value === undefined || value === '') return undefined;
  if (typeof value !== 'string' || !printable.test(value))
    throw invalid({ path: `headers.${name}`, message: 'must be 1 to 200 printable ASCII characters' });
  return value;
}

/** Who calls: the header `X-Actor`, else `api`. It is shown on the timeline. */
export const actorOf = (request: FastifyRequest): Actor => ({
  kind: 'person',
  id: header(request, 'x-actor') ?? 'api',
});

/** The header `Idempotency-Key`: the same call again has the first answer. */
export const idempotencyKeyOf = (request: FastifyRequest): string | undefined =>
  header(request, 'idempotency-key');
