import { TributaryError } from '../../domain/errors.ts';
import { resolveAddress } from '../app.ts';
import type { ConnectorDefinition, ResourceDefinition } from '../schema.ts';
import type { Credentials, PageToken, ReadRequest, Source, SourcePage } from '../source.ts';
import { type ClientOptions, createClient } from './client.ts';
import { revokedMessage } from './judge.ts';
import { courtesyMs } from './limits.ts';
import { createLoopGuard } from './loop-guard.ts';
import { createPaces, type Pace } from './paces.ts';
import { readPage } from './pages.ts';
import { pageAddress } from './template.ts';
import { LONGEST_WAIT_MS, wait } from './wait.ts';

export interface RestSourceOptions extends ClientOptions {
  readonly credentials: Credentials;
  /** Shared by the sources of one connection; a pace of its own unless given. */
  readonly pace?: Pace;
}

/**
 * A source that reads pages of JSON over HTTP as a definition says.
 * Server errors are not tried again inside: the engine does that, from the last stored page.
 * @throws TributaryError APP_NOT_SET_UP, or INVALID_INPUT for a parameter that the connection does not have.
 */
export function createRestSource(definition: ConnectorDefinition, options: RestSourceOptions): Source {
  const { app, credentials } = options;
  const baseUrl = resolveAddress(definition.baseUrl, app);
  const pace = options.pace ?? createPaces().of('', definition.rateLimit);
  const { usageHeader } = definition.rateLimit ?? {};
  const once = createClient(definition, options);

  /** One page, through rate limits and one refresh of the credentials. */
  async function page(
    resource: ResourceDefinition,
    request: ReadRequest,
    at: PageToken | undefined,
  ): Promise<SourcePage> {
    const { signal, onWait, onExchange } = request;
    const url = pageAddress(resource, baseUrl, app, request, at);
    let secret = await credentials.authorization();
    let refreshed = false;
    let waitedMs = 0;
    for (;;) {
      const leave = await pace.enter(signal, onWait);
      const reply = await once({
        ...{ url, secret, signal, onExchange, page: at },
        read: (body, headers, isSecret) => readPage(resource, { body, headers, url, at }, isSecret),
        rows: ({ rows }) => rows.length,
      }).finally(leave);
      switch (reply.kind) {
        case 'ok': {
          const rest = courtesyMs(reply.headers, usageHeader);
          if (rest > 0) pace.pause(rest);
          return reply.read;
        }
        case 'expiredToken':
          if (refreshed) throw new TributaryError('GRANT_REVOKED', revokedMessage(reply.said));
          refreshed = true;
          secret = await credentials.authorization({ refresh: true });
          break;
        case 'rateLimited':
          pace.pause(reply.waitMs);
          waitedMs += reply.waitMs;
          if (waitedMs > LONGEST_WAIT_MS)
            throw new TributaryError('SOURCE_RATE_LIMITED', undefined, { retryAfterMs: reply.waitMs });
          await wait(reply.waitMs, signal, onWait);
      }
    }
  }

  async function* read(request: ReadRequest): AsyncGenerator<SourcePage> {
    const resource = definition.resources.find(({ id }) => id === request.resource);
    if (!resource)
      throw new TributaryError(
        'SOURCE_RESOURCE_NOT_FOUND',
        `${definition.id} has no resource "${request.resource}".`,
      );
    const guard = createLoopGuard(resource, request.from);
    let at = request.from;
    for (;;) {
      request.signal.throwIfAborted();
      const next = await page(resource, request, at);
      guard(next);
      yield next;
      if (next.next === null) return;
      at = next.next;
    }
  }

  return { read };
}
