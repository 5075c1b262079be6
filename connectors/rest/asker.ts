import { TributaryError } from '../../domain/errors.ts';
import type { ConnectorDefinition } from '../schema.ts';
import type { Credentials } from '../source.ts';
import { type Asked, type ClientOptions, createClient } from './client.ts';
import { revokedMessage } from './judge.ts';
import { courtesyMs } from './limits.ts';
import { createPaces, type Pace } from './paces.ts';
import { LONGEST_WAIT_MS, type OnWait, wait } from './wait.ts';

export interface RestSourceOptions extends ClientOptions {
  readonly credentials: Credentials;
  /** Shared by the sources of one connection; a pace of its own unless given. */
  readonly pace?: Pace;
}

/** One request; the credentials are put in here. */
export interface Question<T> extends Omit<Asked<T>, 'secret'> {
  readonly onWait?: OnWait | undefined;
}

/** Asks until there is an answer that can be read, or a failure. */
export type Ask = <T>(question: Question<T>) => Promise<T>;

/**
 * Asks an app with the connection's credentials, through rate limits and one refresh of the credentials.
 * Server errors are not tried again inside: the engine does that.
 * @returns A function that throws TributaryError SOURCE_*, GRANT_REVOKED or what `read` throws.
 * @throws TributaryError INVALID_INPUT for a parameter that the connection does not have.
 */
export function createAsker(definition: ConnectorDefinition, options: RestSourceOptions): Ask {
  const { credentials } = options;
  const pace = options.pace ?? createPaces().of('', definition.rateLimit);
  const { usageHeader } = definition.rateLimit ?? {};
  const once = createClient(definition, options);

  return async <T>({ onWait, ...question }: Question<T>): Promise<T> => {
    const { signal } = question;
    // Another origin gets no credentials, and its limits are not the app's.
    const isApp = question.file?.own !== false;
    let secret = isApp ? await credentials.authorization() : undefined;
    let refreshed = false;
    let waitedMs = 0;
    for (;;) {
      const leave = await pace.enter(signal, onWait);
      const reply = await once({ ...question, secret }).finally(leave);
      switch (reply.kind) {
        case 'ok': {
          const rest = isApp ? courtesyMs(reply.headers, usageHeader) : 0;
          if (rest > 0) pace.pause(rest);
          return reply.read;
        }
        case 'expiredToken':
          if (!isApp) throw new TributaryError('SOURCE_REFUSED', reply.said);
          if (refreshed) throw new TributaryError('GRANT_REVOKED', revokedMessage(reply.said));
          refreshed = true;
          secret = await credentials.authorization({ refresh: true });
          break;
        case 'rateLimited':
          if (isApp) pace.pause(reply.waitMs);
          waitedMs += reply.waitMs;
          if (waitedMs > LONGEST_WAIT_MS)
            throw new TributaryError('SOURCE_RATE_LIMITED', undefined, { retryAfterMs: reply.waitMs });
          await wait(reply.waitMs, signal, onWait);
      }
    }
  };
}
