import { Webhook } from 'standardwebhooks';
import { z } from 'zod';

/** What may stand in a header. */
const headerValue = /^[\t\x20-\x7e\x80-\xff]*$/;
/** Headers that the requests have of their own. */
const ours = /^(content-type|content-length|host|connection|transfer-encoding|idempotency-key|webhook-.*)$/i;

export const httpConfiguration = z.strictObject({
  address: z
    .url({ protocol: /^https?$/, error: 'is not an http or https address' })
    .refine((address) => !/[?#@]/.test(address), 'must have no query, fragment or user name')
    .describe('Where batches are posted; the path of the sync is put behind it.'),
  timeoutMs: z
    .int()
    .min(1_000)
    .max(300_000)
    .default(30_000)
    .describe('Milliseconds until a request without an answer counts as failed.'),
  rowsPerRequest: z.int().min(1).max(1_000).default(500).describe('Rows of one request at most.'),
});

const signingSecret = z
  .string()
  .refine(isSigningSecret, 'is not whsec_ and 24 to 64 bytes in base64')
  .describe('Key of the signatures: whsec_ and 24 to 64 bytes in base64 (https://www.standardwebhooks.com).');

export const httpSecret = z.strictObject({
  signingSecret,
  headers: z
    .record(
      z
        .string()
        .regex(/^[!#$%&'*+.^_`|~\w-]+$/, 'is no name of a header')
        .refine((name) => !ours.test(name), 'is a header that cannot be set'),
      z.string().regex(headerValue, 'has characters that a header cannot have'),
    )
    .default({})
    .describe('Headers of every request, such as authorization.'),
});

export type HttpConfiguration = z.output<typeof httpConfiguration>;
export type HttpSecret = z.output<typeof httpSecret>;

function isSigningSecret(text: string): boolean {
  const bytes = Buffer.from(text.replace(/^whsec_/, ''), 'base64').length;
  if (!/^whsec_[A-Za-z0-9+/]+={0,2}$/.test(text) || bytes < 24 || bytes > 64) return false;
  try {
    return new Webhook(text) instanceof Webhook;
  } catch {
    return false;
  }
}

/** The address of a sync's target: the path behind the destination's address; undefined when it would lead elsewhere. */
export function addressOf(base: string, path: string): string | undefined {
  if (/[?#\\\s]|(^|\/)\.\.?(\/|$)|%2e/i.test(path)) return undefined;
  const trimmed = path.replace(/^\/+/, '');
  return trimmed === '' ? base : `${base.replace(/\/+$/, '')}/${trimmed}`;
}
