import { createHash } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { TributaryError } from '../../domain/errors.ts';
import type { DestinationContext } from '../contract.ts';
import type { Answer } from './answer.ts';
import type { HttpConfiguration, HttpSecret } from './settings.ts';

/** Posts one body; `id` is the same whenever the same rows are sent. */
export type Post = (id: string, body: string, signal: AbortSignal) => Promise<Answer>;

/** An id of a request from what it is about: letters that may stand in a header, always the same. */
export const requestIdOf = (about: string): string =>
  `msg_${createHash('sha256').update(about).digest('base64url').slice(0, 32)}`;

/** Makes the function that posts signed bodies to an address, one after the other or not. */
export function createPost(
  address: string,
  { timeoutMs }: HttpConfiguration,
  { signingSecret, headers }: HttpSecret,
  { egress, now }: Pick<DestinationContext, 'egress' | 'now'>,
): Post {
  const webhook = new Webhook(signingSecret);
  return async (id, body, signal) => {
    const at = now();
    const timeout = AbortSignal.timeout(timeoutMs);
    try {
      const response = await egress.fetch(address, {
        method: 'POST',
        headers: {
          ...headers,
          'content-type': 'application/json',
          'idempotency-key': id,
          'webhook-id': id,
          'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
          'webhook-signature': webhook.sign(id, at, body),
        },
        body,
        // What is signed is for this address; another one is for a person to set.
        redirect: 'manual',
        signal: AbortSignal.any([signal, timeout]),
      });
      return {
        status: response.status,
        headers: response.headers,
        text: await response.text(),
        requestId: response.headers.get('x-request-id') ?? id,
      };
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      throw timeout.aborted ? late(timeoutMs) : failureOf(error);
    }
  };
}

const late = (timeoutMs: number): TributaryError =>
  new TributaryError('DESTINATION_UNREACHABLE', `The receiver gave no answer within ${timeoutMs / 1_000} s.`);

function failureOf(error: unknown): unknown {
  if (error instanceof TributaryError) {
    if (error.code !== 'SOURCE_TOO_LARGE') return error;
    return new TributaryError('DESTINATION_BAD_ANSWER', 'The answer of the receiver is too large.');
  }
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const words = cause instanceof Error ? cause.message : String(cause);
  return new TributaryError(
    'DESTINATION_UNREACHABLE',
    `The receiver cannot be reached: ${words}`,
    {},
    { cause: error },
  );
}
