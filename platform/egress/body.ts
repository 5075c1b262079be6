import { TributaryError } from '../../domain/errors.ts';

interface Bounds {
  readonly url: URL;
  readonly maxBytes: number;
  readonly redirected: boolean;
}

/**
 * The answer with a body that ends with SOURCE_TOO_LARGE where it grows over `maxBytes`, unpacked.
 * @throws {TributaryError} SOURCE_TOO_LARGE at once when the answer says that it is larger
 */
export async function boundedBody(
  response: Response,
  { url, maxBytes, redirected }: Bounds,
): Promise<Response> {
  const { body, status, statusText, headers } = response;
  if (body === null) return response;
  const tooLarge = () =>
    new TributaryError('SOURCE_TOO_LARGE', `${url.host} answered more than ${maxBytes} bytes.`, { maxBytes });
  const length = headers.get('content-length');
  const announced = length === null || !/^\d+$/.test(length) ? undefined : Number(length);
  if (announced !== undefined && announced > maxBytes) {
    await body.cancel();
    throw tooLarge();
  }
  // The length that was announced is kept by the parser: only a body that is unpacked, or has none, is counted.
  if (announced !== undefined && !headers.has('content-encoding') && !redirected) return response;
  let size = 0;
  const counted = body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        size += chunk.byteLength;
        if (size > maxBytes) controller.error(tooLarge());
        else controller.enqueue(chunk);
      },
    }),
  );
  const bounded = new Response(counted, { status, statusText, headers });
  Object.defineProperties(bounded, {
    url: { value: response.url },
    redirected: { value: redirected },
  });
  return bounded;
}
