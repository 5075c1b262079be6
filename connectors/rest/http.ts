import { TributaryError } from '../../domain/errors.ts';
import type { JsonValue } from '../../domain/json.ts';

/** One request. */
export interface RawRequest {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** @default 'GET' */
  readonly method?: 'GET' | 'POST' | undefined;
  /** Sent as JSON. */
  readonly body?: JsonValue | undefined;
  /** What is wanted, unless `headers` say it. @default 'application/json' */
  readonly accept?: string | undefined;
  /** Redirects to another origin are followed, without the headers. @default false */
  readonly anywhere?: boolean | undefined;
  readonly signal: AbortSignal;
  /** The whole answer must be there by then. @default 60_000 */
  readonly timeoutMs?: number | undefined;
  /** Bytes of an answer that is kept, unpacked. @default 33_554_432 */
  readonly maxBytes?: number | undefined;
  readonly fetch?: typeof fetch | undefined;
}

/** What came back, whatever its status. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** Of an answer that refuses only the beginning. */
  readonly bytes: Buffer;
}

const DEFAULT_TIMEOUT_MS = 60_000;
const DEFAULT_MAX_BYTES = 32 * 1024 * 1024;
/** Enough of an answer that refuses: what it says is at its beginning. */
const REFUSAL_BYTES = 256 * 1024;
const MOST_REDIRECTS = 5;

/** Where a request goes, without its query: that may hold secrets and personal data. */
export const placeOf = (url: URL): string => `${url.origin}${url.pathname}`;

/** Reads to the limit and not a byte further; the connection is given up there. */
async function readBytes(response: Response, maxBytes: number): Promise<{ bytes: Buffer; whole: boolean }> {
  const { body, headers } = response;
  if (!body) return { bytes: Buffer.alloc(0), whole: true };
  const declared = headers.has('content-encoding') ? NaN : Number(headers.get('content-length') ?? NaN);
  if (declared <= maxBytes) return { bytes: Buffer.from(await response.arrayBuffer()), whole: true };
  const reader = body.getReader();
  const parts: Uint8Array[] = [];
  let size = 0;
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    size += part.value.byteLength;
    parts.push(part.value);
    if (size <= maxBytes) continue;
    await reader.cancel().catch(() => undefined);
    return { bytes: Buffer.concat(parts).subarray(0, maxBytes), whole: false };
  }
  return { bytes: Buffer.concat(parts), whole: true };
}

/** Whether what is sent openly at `to` is not at `from`. */
export const isLessSafe = (from: URL, to: URL): boolean =>
  from.protocol === 'https:' && to.protocol !== 'https:';

/** Follows redirects at the app's own address; elsewhere the credentials would go along. */
async function follow(request: RawRequest, signal: AbortSignal): Promise<Response> {
  const { method = 'GET', body, accept = 'application/json' } = request;
  let { url } = request;
  let headers: Readonly<Record<string, string>> = {
    accept,
    ...request.headers,
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
  };
  for (let redirects = 0; ; redirects++) {
    const response = await (request.fetch ?? fetch)(url, {
      ...{ method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) },
      redirect: 'manual',
      signal,
    });
    const location = response.headers.get('location');
    if (response.status < 300 || response.status > 399 || response.status === 304 || location === null)
      return response;
    await response.body?.cancel();
    const refused = (message: string) =>
      new TributaryError('SOURCE_REFUSED', `${placeOf(request.url)} ${message}`, { status: response.status });
    if (!URL.canParse(location, url.href)) throw refused('redirects to what is no address.');
    const next = new URL(location, url);
    if (method !== 'GET') throw refused('redirects what was sent; we do not send it elsewhere.');
    if (next.origin !== url.origin && (!request.anywhere || isLessSafe(url, next)))
      throw refused(`redirects to ${next.origin}; we do not go there.`);
    if (next.origin !== url.origin) headers = { accept };
    if (redirects === MOST_REDIRECTS) throw refused(`redirects more than ${MOST_REDIRECTS} times.`);
    url = next;
  }
}

/**
 * Asks once; nothing is tried again here, and the status is the caller's to judge.
 * @throws TributaryError SOURCE_UNREACHABLE (refused, cut, too slow), SOURCE_TOO_LARGE, SOURCE_BAD_ANSWER (cannot be
 * unpacked), SOURCE_REFUSED (redirected elsewhere), ADDRESS_REFUSED.
 * @throws the signal's reason when it is aborted.
 */
export async function ask(request: RawRequest): Promise<RawAnswer> {
  const { url, signal, timeoutMs = DEFAULT_TIMEOUT_MS, maxBytes = DEFAULT_MAX_BYTES } = request;
  signal.throwIfAborted();
  // Not AbortSignal.any: on Node 20 each combination would stay referenced by a signal that lives for hours.
  const either = new AbortController();
  const stop = () => either.abort(signal.reason);
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    either.abort();
  }, timeoutMs);
  signal.addEventListener('abort', stop);
  try {
    const response = await follow(request, either.signal);
    const { status, headers } = response;
    const { bytes, whole } = await readBytes(
      response,
      response.ok ? maxBytes : Math.min(maxBytes, REFUSAL_BYTES),
    );
    if (!whole && response.ok)
      throw new TributaryError('SOURCE_TOO_LARGE', `${placeOf(url)} gave more than ${maxBytes} bytes.`, {
        maxBytes,
        status,
      });
    return { status, headers, bytes };
  } catch (cause) {
    signal.throwIfAborted();
    throw late
      ? unreachable(url, `no complete answer within ${timeoutMs} ms`, cause)
      : networkError(url, cause);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
}

const unreachable = (url: URL, reason: string, cause: unknown) =>
  new TributaryError('SOURCE_UNREACHABLE', `${placeOf(url)}: ${reason}.`, {}, { cause });

function networkError(url: URL, error: unknown): TributaryError {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  for (const known of [error, cause]) if (known instanceof TributaryError) return known;
  const code =
    cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : undefined;
  if (code?.startsWith('Z_') || code?.startsWith('ERR__ERROR_FORMAT'))
    return new TributaryError(
      'SOURCE_BAD_ANSWER',
      `${placeOf(url)} gave an answer that cannot be unpacked (${code}).`,
      {},
      { cause: error },
    );
  return unreachable(url, `the connection failed${code === undefined ? '' : ` (${code})`}`, error);
}
