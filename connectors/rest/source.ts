import { TributaryError } from '../../domain/errors.ts';
import type { JsonValue } from '../../domain/json.ts';
import { type AppAddress, credentialsPlace, resolveAddress } from '../app.ts';
import type { ConnectorDefinition } from '../schema.ts';
import type { Credentials, ReadRequest, Source, SourcePage } from '../source.ts';
import { requestJson } from './http.ts';
import { createLoopGuard, pageUrl, readPage } from './pages.ts';
import { createPace, wait } from './wait.ts';

export interface RestSourceOptions {
  /** Where the app is. */
  readonly app: AppAddress;
  readonly credentials: Credentials;
  /** One page must be there by then. @default 60_000 */
  readonly timeoutMs?: number;
  /** Bytes of one page at most. @default 33_554_432 */
  readonly maxBytes?: number;
  /** What asks; the egress guard is put in here. */
  readonly fetch?: typeof fetch;
}

/** Rate limits are waited for here up to this long, for each page. */
const LONGEST_WAIT_MS = 30_000;
/** For an app that says 429 and 0 seconds, again and again. */
const SHORTEST_WAIT_MS = 500;
/** For an app that says 429 without saying how long. */
const UNNAMED_WAIT_MS = 5_000;
/** A wait shows life this often: a heartbeat timeout may be as short as the longest wait. */
const WAIT_STEP_MS = 5_000;

/**
 * A source that reads pages of JSON over HTTP as a definition says.
 * Server errors are not tried again inside: the engine does that, from the last stored page.
 */
export function createRestSource(definition: ConnectorDefinition, options: RestSourceOptions): Source {
  const baseUrl = resolveAddress(definition.baseUrl, options.app);
  const place = credentialsPlace(definition);
  const pace = createPace(definition.rateLimit?.requestsPerSecond);
  const { credentials, timeoutMs, maxBytes } = options;

  async function askOnce(url: URL, authorization: string | undefined, signal: AbortSignal) {
    await pace(signal);
    return requestJson({
      url,
      headers: authorization === undefined || !('header' in place) ? {} : { [place.header]: authorization },
      secrets: authorization === undefined ? [] : [authorization],
      signal,
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
      ...(maxBytes === undefined ? {} : { maxBytes }),
      ...(options.fetch ? { fetch: options.fetch } : {}),
    });
  }

  /** One page, through rate limits and one refresh of the credentials. */
  async function ask(url: URL, { signal, onWait }: ReadRequest): Promise<JsonValue> {
    let authorization = await credentials.authorization();
    let refreshed = false;
    let waitedMs = 0;
    for (;;) {
      const answer = await askOnce(url, authorization, signal);
      if (answer.status === 'ok') return answer.body;
      if (answer.status === 'unauthorized') {
        if (refreshed) throw new TributaryError('GRANT_REVOKED');
        refreshed = true;
        authorization = await credentials.authorization({ refresh: true });
        continue;
      }
      const waitMs = Math.max(answer.retryAfterMs ?? UNNAMED_WAIT_MS, SHORTEST_WAIT_MS);
      if (waitedMs + waitMs > LONGEST_WAIT_MS)
        throw new TributaryError('SOURCE_RATE_LIMITED', undefined, { retryAfterMs: waitMs });
      waitedMs += waitMs;
      for (let left = waitMs; left > 0; left -= WAIT_STEP_MS) {
        const step = Math.min(left, WAIT_STEP_MS);
        onWait?.(step);
        await wait(step, signal);
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
      const body = await ask(pageUrl(resource, baseUrl, request.since, at), request);
      const page = readPage(resource, body, at);
      guard(page, body);
      yield page;
      if (page.next === null) return;
      at = page.next;
    }
  }

  return { read };
}
