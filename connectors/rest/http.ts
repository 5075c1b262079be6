import { isUtf8 } from 'node:buffer';
import { TributaryError } from '../../domain/errors.ts';
import type { JsonValue } from '../../domain/json.ts';
import { excerpt } from '../redact.ts';

/** One GET whose answer should be JSON. */
export interface JsonRequest {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** The whole answer must be there by then. @default 60_000 */
  readonly timeoutMs?: number;
  /** Bytes of the answer at most, unpacked. @default 33_554_432 */
  readonly maxBytes?: number;
  /** Never shown in an error. */
  readonly secrets?: readonly string[];
  readonly fetch?: typeof fetch;
}

/** 200, or one of the statuses that the caller treats itself. */
export type JsonAnswer =
  | { readonly status: 'ok'; readonly body: JsonValue }
  | { readonly status: 'unauthorized' }
  | { readonly status: 'rate-limited'; readonly retryAfterMs: number | undefined };

const DEFAULT_TIMEOUT_MS = 60_000;
const DEFAULT_MAX_BYTES = 32 * 1024 * 1024;

/** Seconds or an HTTP date, as milliseconds from now. */
export function retryAfterMs(header: string | null, now = Date.now()): number | undefined {
  if (header === null) return undefined;
  if (/^\d+$/.test(header.trim())) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

async function readBytes(response: Response, maxBytes: number): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > maxBytes)
      throw new TributaryError('SOURCE_BAD_ANSWER', `The answer is larger than ${maxBytes} bytes.`, {
        maxBytes,
      });
    parts.push(chunk);
  }
  return Buffer.concat(parts);
}

/**
 * Asks once; nothing is tried again here.
 * @throws TributaryError SOURCE_UNREACHABLE (refused, cut, too slow), SOURCE_SERVER_ERROR (5xx),
 * SOURCE_RESOURCE_NOT_FOUND (404, 410), SOURCE_REFUSED (other 3xx, 4xx), SOURCE_BAD_ANSWER (not JSON, too large).
 * @throws the signal's reason when it is aborted.
 */
export async function requestJson(request: JsonRequest): Promise<JsonAnswer> {
  const { url, signal, timeoutMs = DEFAULT_TIMEOUT_MS, secrets = [] } = request;
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
    const response = await (request.fetch ?? fetch)(url, {
      headers: { accept: 'application/json', ...request.headers },
      // A redirect is a sign of a wrong address, and would carry the credentials along.
      redirect: 'manual',
      signal: either.signal,
    });
    return await judge(response, url, request.maxBytes ?? DEFAULT_MAX_BYTES, secrets);
  } catch (cause) {
    signal.throwIfAborted();
    if (cause instanceof TributaryError) throw cause;
    const reason = late ? `no complete answer within ${timeoutMs} ms` : networkReason(cause);
    throw new TributaryError('SOURCE_UNREACHABLE', `${url.origin}${url.pathname}: ${reason}.`, {}, { cause });
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
}

async function judge(
  response: Response,
  url: URL,
  maxBytes: number,
  secrets: readonly string[],
): Promise<JsonAnswer> {
  const { status } = response;
  if (status === 401 || status === 429) {
    await response.body?.cancel();
    return status === 401
      ? { status: 'unauthorized' }
      : { status: 'rate-limited', retryAfterMs: retryAfterMs(response.headers.get('retry-after')) };
  }
  const bytes = await readBytes(response, maxBytes);
  const text = bytes.toString();
  const where = `${url.origin}${url.pathname}`;
  const said = `${status}, ${response.headers.get('content-type') ?? 'no content type'}: "${excerpt(text, secrets)}"`;
  if (status >= 500 || status === 408) {
    const wait = retryAfterMs(response.headers.get('retry-after'));
    const details = wait === undefined ? { status } : { status, retryAfterMs: wait };
    throw new TributaryError('SOURCE_SERVER_ERROR', `${where} answered ${said}`, details);
  }
  if (status === 404 || status === 410)
    throw new TributaryError('SOURCE_RESOURCE_NOT_FOUND', `${where} answered ${said}`, { status });
  if (status >= 300) throw new TributaryError('SOURCE_REFUSED', `${where} answered ${said}`, { status });
  // Decoded all the same, other bytes would silently become question marks in the records.
  if (!isUtf8(bytes))
    throw new TributaryError('SOURCE_BAD_ANSWER', `${where} answered ${said}, which is not UTF-8.`, {
      status,
    });
  try {
    return { status: 'ok', body: JSON.parse(text) as JsonValue };
  } catch {
    // The parser's own message quotes the answer, secrets included.
    throw new TributaryError('SOURCE_BAD_ANSWER', `${where} answered ${said}, which is not JSON.`, {
      status,
    });
  }
}

function networkReason(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (cause instanceof Error && 'code' in cause && typeof cause.code === 'string')
    return `the connection failed (${cause.code})`;
  return 'the connection failed';
}
