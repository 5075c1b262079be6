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

/**
 * Who calls, as timelines and Logs show it: the name of the token, and in brackets the person behind it by the header
 * `X-Actor`. The installation's token has no name: then it is the person, else `api`.
 */
export const actorOf = (request: FastifyRequest): Actor => {
  const person = header(request, 'x-actor');
  const token = request.caller?.token ?? null;
  if (token === null) return { kind: 'person', id: person ?? 'api' };
  return { kind: 'person', id: person === undefined ? token : `${token} (${person})` };
};

/** The header `Idempotency-Key`: the same call again has the first answer. */
export const idempotencyKeyOf = (request: FastifyRequest): string | undefined =>
  header(request, 'idempotency-key');
