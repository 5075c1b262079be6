import { TributaryError } from '../../domain/errors.ts';

/** A request with what a redirect may change of it. */
export interface Hop {
  readonly url: URL;
  readonly init: RequestInit;
}

/** Headers that say nothing of who asks. */
const harmless = new Set([
  'accept',
  'accept-encoding',
  'accept-language',
  'content-language',
  'content-type',
  'user-agent',
]);
const ofBody = new Set([
  'content-encoding',
  'content-language',
  'content-length',
  'content-location',
  'content-type',
]);

/** Where an answer sends us; undefined: nowhere, it is the answer. */
export function redirectOf(response: Response): string | undefined {
  const redirects = [301, 302, 303, 307, 308].includes(response.status);
  return redirects ? (response.headers.get('location') ?? undefined) : undefined;
}

/**
 * The request that follows a redirect (Fetch standard, HTTP-redirect fetch). To another origin it takes along neither
 * credentials nor a body, which may hold some.
 * @throws {TributaryError} ADDRESS_REFUSED when it cannot be followed
 */
export function nextHop({ url, init }: Hop, status: number, location: string): Hop {
  if (!URL.canParse(location, url.href))
    throw new TributaryError('ADDRESS_REFUSED', `${url.host} redirects to something that is no address.`);
  const next = new URL(location, url.href);
  const method = (init.method ?? 'GET').toUpperCase();
  const asGet = status === 303 ? method !== 'GET' && method !== 'HEAD' : status <= 302 && method === 'POST';
  const crosses = next.origin !== url.origin;
  const body = asGet ? null : (init.body ?? null);
  if (body !== null && crosses)
    throw new TributaryError('ADDRESS_REFUSED', `${url.host} redirects what was sent to it to ${next.host}.`);
  if (body !== null && (body instanceof ReadableStream || Symbol.asyncIterator in Object(body)))
    throw new TributaryError(
      'ADDRESS_REFUSED',
      `${url.host} redirects a stream, which cannot be sent twice.`,
    );
  const headers = [...new Headers(init.headers)].filter(
    ([name]) => !(asGet && ofBody.has(name)) && !(crosses && !harmless.has(name)),
  );
  return { url: next, init: { ...init, method: asGet ? 'GET' : method, headers, body } };
}
