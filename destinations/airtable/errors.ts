import { TributaryError } from '../../domain/errors.ts';
import type { Call } from './package.ts';

/** How long everybody is locked out after one request too many; Airtable names no time in its answer. */
export const lockOutMs = 30_000;

/** A request that Airtable would not carry out for what is in it: 404, 413 or 422. */
export interface Refused {
  readonly refused: true;
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly requestId: string | null;
}

/** Airtable's own words, of any of the forms in which it says them. */
export function wordsOf(text: string): { code: string | undefined; message: string } {
  const body = parsed(text);
  const errors = body?.errors;
  const said = body?.error ?? (Array.isArray(errors) ? errors[0] : undefined);
  if (typeof said === 'string') return { code: said, message: '' };
  const { type, error, message } = (said ?? {}) as Readonly<Record<string, unknown>>;
  const code = [type, error].find((one) => typeof one === 'string') as string | undefined;
  return { code, message: typeof message === 'string' ? message.slice(0, 1_024) : '' };
}

/** @returns undefined when it is not a JSON object */
export function parsed(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

/** Why a call gave no answer. @throws the reason of an abort */
export function unanswered({ failure, signal }: Call): TributaryError {
  signal.throwIfAborted();
  if (failure instanceof TributaryError && failure.code === 'ADDRESS_REFUSED') return failure;
  const cause = failure instanceof Error && failure.cause instanceof Error ? failure.cause : failure;
  const why = cause instanceof Error ? cause.message : String(cause);
  return new TributaryError(
    'DESTINATION_UNREACHABLE',
    `Airtable could not be reached: ${why}`,
    {},
    { cause },
  );
}

/**
 * What an answer other than 200 means.
 * @returns a refusal of what the request contained, or the error that ends the write
 */
export function meaningOf({ status, headers, text }: NonNullable<Call['answer']>): Refused | TributaryError {
  const { code = `HTTP_${status}`, message } = wordsOf(text);
  const said = message === '' ? code : `${code}: ${message}`;
  const details = { httpStatus: status, airtable: code };
  if (status === 429 && code === 'PUBLIC_API_BILLING_LIMIT_EXCEEDED')
    return new TributaryError(
      'DESTINATION_QUOTA',
      `Airtable's calls of this month are used up. ${said}`,
      details,
    );
  if (status === 429)
    return new TributaryError('DESTINATION_RATE_LIMITED', `Airtable asked us to wait. ${said}`, {
      ...details,
      retryAfterMs: lockOutMs,
    });
  if (status === 401 || status === 403)
    return new TributaryError('DESTINATION_REFUSED', `Airtable refused the token. ${said}`, details);
  if (code === 'UNKNOWN_FIELD_NAME')
    return new TributaryError(
      'DESTINATION_GONE',
      `The Airtable table has no such field any more. ${message}`,
      details,
    );
  if (status === 408 || status >= 500)
    return new TributaryError(
      'DESTINATION_UNREACHABLE',
      `Airtable answered with HTTP ${status}. ${said}`,
      details,
    );
  if (status === 404 || status === 413 || status === 422)
    return { refused: true, status, code, message: message || code, requestId: requestIdOf(headers) };
  return badAnswer(status);
}

export const badAnswer = (status: number): TributaryError =>
  new TributaryError('DESTINATION_BAD_ANSWER', `HTTP ${status} with a body that is not Airtable's.`, {
    httpStatus: status,
  });

export const requestIdOf = (headers: Headers): string | null => headers.get('x-request-id');
