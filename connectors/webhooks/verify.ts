import { createHmac, timingSafeEqual } from 'node:crypto';
import type { WebhookSignature, WebhooksDefinition } from '../schema.ts';
import { type Delivery, headerOf } from './delivery.ts';

/** Whether a delivery proves where it comes from; `because` is for logs and the sender, and names no secret. */
export type Verdict = { readonly ok: true } | { readonly ok: false; readonly because: string };

type Hmac = Extract<WebhookSignature, { kind: 'hmac' }>;

const proven: Verdict = { ok: true };
const refused = (because: string): Verdict => ({ ok: false, because });

/** What was signed, with what is needed to sign it again. */
interface Claimed {
  readonly algorithm: 'sha1' | 'sha256' | 'sha512';
  /** One after the other, as bytes. */
  readonly signed: readonly (string | Buffer)[];
  readonly signatures: readonly Buffer[];
  readonly keyOf: (secret: string) => Buffer;
}

/** The key of a Standard Webhooks secret: base64 after `whsec_`. */
export const standardKey = (secret: string): Buffer => Buffer.from(secret.replace(/^whsec_/, ''), 'base64');

/** Compares every signature with every secret, in one time for all that are wrong. */
function check(claimed: Claimed, secrets: readonly string[]): Verdict {
  let fits = false;
  for (const secret of secrets) {
    const key = claimed.keyOf(secret);
    // Anybody could sign with an empty key.
    if (key.length === 0) continue;
    const hmac = createHmac(claimed.algorithm, key);
    for (const part of claimed.signed) hmac.update(part);
    const expected = hmac.digest();
    for (const signature of claimed.signatures)
      if (signature.length === expected.length && timingSafeEqual(signature, expected)) fits = true;
  }
  return fits ? proven : refused('the signature does not fit');
}

/** Whether a time is within the tolerance, in the past as in the future. */
function isFresh(epochMs: number, now: Date, toleranceSecs: number): boolean {
  return Math.abs(now.getTime() - epochMs) <= toleranceSecs * 1000;
}

function timeFault(text: string, unitMs: number, now: Date, toleranceSecs: number): string | undefined {
  if (!/^\d{1,16}$/.test(text)) return 'the timestamp is no number';
  return isFresh(Number(text) * unitMs, now, toleranceSecs)
    ? undefined
    : `the timestamp is more than ${toleranceSecs} s from now`;
}

/** https://www.standardwebhooks.com: `webhook-signature` holds `v1,<base64>` one or more times, spaces between. */
function verifyStandard(
  { toleranceSecs }: Extract<WebhookSignature, { kind: 'standard' }>,
  { headers, rawBody }: Delivery,
  secrets: readonly string[],
  now: Date,
): Verdict {
  const id = headerOf(headers, 'webhook-id');
  const timestamp = headerOf(headers, 'webhook-timestamp');
  const given = headerOf(headers, 'webhook-signature');
  if (id === undefined || timestamp === undefined || given === undefined)
    return refused('webhook-id, webhook-timestamp or webhook-signature is missing');
  const fault = timeFault(timestamp, 1000, now, toleranceSecs);
  if (fault !== undefined) return refused(fault);
  const signatures = given
    .split(' ')
    .filter((one) => one.startsWith('v1,'))
    .map((one) => Buffer.from(one.slice(3), 'base64'));
  const signed = [`${id}.${timestamp}.`, rawBody];
  return check({ algorithm: 'sha256', signed, signatures, keyOf: standardKey }, secrets);
}

/** The signatures in a header and the time beside them: the whole header, or its `name=value` parts. */
function partsOf({ parts, prefix }: Hmac, header: string) {
  if (parts === undefined) return { values: [header], timestamp: undefined };
  const pairs = header.split(',').map((part) => {
    const at = part.indexOf('=');
    return [part.slice(0, at).trim(), part.slice(at + 1).trim()] as const;
  });
  return {
    values: pairs.filter(([name]) => name === parts.signature).map(([, value]) => `${prefix}${value}`),
    timestamp: pairs.find(([name]) => name === parts.timestamp)?.[1],
  };
}

/** The signed text with its places filled; the body goes in as the bytes that came. */
function signedParts(
  template: string,
  { rawBody, method, uri }: Delivery,
  timestamp: string,
): (string | Buffer)[] {
  return template
    .split(/(\{(?:body|timestamp|method|uri)\})/)
    .filter((part) => part !== '')
    .map((part) => {
      if (part === '{body}') return rawBody;
      if (part === '{timestamp}') return timestamp;
      if (part === '{method}') return method;
      return part === '{uri}' ? uri : part;
    });
}

function verifyHmac(signature: Hmac, delivery: Delivery, secrets: readonly string[], now: Date): Verdict {
  const { header, prefix, encoding, timestampHeader, timestampUnit, toleranceSecs, secretEncoding } =
    signature;
  const given = headerOf(delivery.headers, header);
  if (given === undefined) return refused(`the header ${header} is missing`);
  const { values, timestamp: part } = partsOf(signature, given);
  const timestamp = part ?? (timestampHeader && headerOf(delivery.headers, timestampHeader));
  if (signature.signed.includes('{timestamp}')) {
    if (timestamp === undefined || timestamp === '') return refused('the timestamp is missing');
    const fault = timeFault(timestamp, timestampUnit === 'seconds' ? 1000 : 1, now, toleranceSecs);
    if (fault !== undefined) return refused(fault);
  }
  const signatures = values
    .filter((value) => value.startsWith(prefix))
    .map((value) => Buffer.from(value.slice(prefix.length), encoding));
  const keyOf = (secret: string) => Buffer.from(secret, secretEncoding === 'base64' ? 'base64' : 'utf8');
  const signed = signedParts(signature.signed, delivery, timestamp ?? '');
  return check({ algorithm: signature.algorithm, signed, signatures, keyOf }, secrets);
}

/**
 * Checks the signature of a delivery, in constant time, against every secret that is set: during a rotation there are
 * several on both sides. A definition whose webhooks are not signed refuses nothing here: they need the API's token.
 * @param secrets As the app has them: of the webhook, or the client's where the definition says so.
 */
export function verifyDelivery(
  { signature }: Pick<WebhooksDefinition, 'signature'>,
  delivery: Delivery,
  secrets: readonly string[],
  now: Date,
): Verdict {
  switch (signature.kind) {
    case 'none':
      return proven;
    case 'standard':
      return verifyStandard(signature, delivery, secrets, now);
    case 'hmac':
      return verifyHmac(signature, delivery, secrets, now);
  }
}
