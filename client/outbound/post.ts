import { Webhook } from 'standardwebhooks';
import { TributaryError } from '../../domain/errors.ts';
import type { OutboundPayload } from '../../domain/outbound.ts';
import { askedDelay } from '../../domain/outbound-retry.ts';
import type { Egress } from '../../platform/egress.ts';
import type { DeliveryAttempt } from '../../stores/model.ts';

const excerptChars = 500;
const excerptBytes = 2_000;

/** What came of one attempt. */
export interface Posted extends DeliveryAttempt {
  /** The receiver wants no more: 410. */
  readonly gone: boolean;
  /** How long the receiver asked to wait; null: it did not. */
  readonly askedMs: number | null;
}

/** What a post needs. */
export interface PostOptions {
  readonly url: string;
  /** All of them sign: the receiver knows one. */
  readonly secrets: readonly string[];
  readonly egress: Pick<Egress, 'fetch'>;
  readonly now: () => Date;
  /** How long the answer is waited for. */
  readonly timeoutMs: number;
}

/** Posts one event, signed as Standard Webhooks say. Never throws: what went wrong is in the answer, in words. */
export async function postEvent(payload: OutboundPayload, options: PostOptions): Promise<Posted> {
  const { url, secrets, egress, now, timeoutMs } = options;
  const at = now();
  const began = performance.now();
  const body = JSON.stringify(payload);
  const signal = AbortSignal.timeout(timeoutMs);
  const posted = (
    status: number | null,
    error: string | null,
    more: { excerpt?: string; askedMs?: number | null } = {},
  ): Posted => {
    const durationMs = Math.round(performance.now() - began);
    return { at, durationMs, status, excerpt: '', error, gone: status === 410, askedMs: null, ...more };
  };
  try {
    const response = await egress.fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'webhook-id': payload.id,
        'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
        'webhook-signature': secrets
          .map((secret) => new Webhook(secret).sign(payload.id, at, body))
          .join(' '),
      },
      body,
      // What is signed is for this address; another one is for a person to set.
      redirect: 'manual',
      signal,
    });
    const { status, ok, headers } = response;
    // What it answered is known by now; what it says beside that may fail.
    const excerpt = await beginningOf(response).catch(() => '');
    if (ok) return posted(status, null, { excerpt });
    const askedMs =
      status === 429 || status === 503 ? askedDelay(headers.get('retry-after'), Date.now()) : null;
    return posted(status, refusalOf(status), { excerpt, askedMs });
  } catch (error) {
    return posted(null, signal.aborted ? lateText(timeoutMs) : failureText(error));
  }
}

const lateText = (timeoutMs: number): string => `The receiver gave no answer within ${timeoutMs / 1_000} s.`;

function refusalOf(status: number): string {
  if (status === 410) return 'The receiver answered with 410: it wants no more events.';
  if (status >= 300 && status < 400)
    return `The receiver redirects (${status}). That is not followed: what is signed is for this address only. Give the subscription the final address.`;
  if (status === 401 || status === 403)
    return `The receiver answered with ${status}. Check that it knows the secret of the subscription.`;
  return `The receiver answered with ${status}.`;
}

function failureText(error: unknown): string {
  if (error instanceof TributaryError) return error.message;
  const { message, cause } = error as Error & { readonly cause?: NodeJS.ErrnoException };
  return `The receiver cannot be reached: ${cause?.code ?? cause?.message ?? message}.`;
}

/** The beginning of the answer as plain text; the rest is not read. */
async function beginningOf(response: Response): Promise<string> {
  const reader = response.body?.getReader();
  if (reader === undefined) return '';
  const parts: Uint8Array[] = [];
  let bytes = 0;
  while (bytes < excerptBytes) {
    const { done, value } = await reader.read();
    if (done) break;
    parts.push(value);
    bytes += value.byteLength;
  }
  await reader.cancel().catch(() => undefined);
  const text = Buffer.concat(parts).subarray(0, excerptBytes).toString('utf8');
  return text
    .replace(/[\p{Cc}\p{Cs}]+/gu, ' ')
    .trim()
    .slice(0, excerptChars);
}
