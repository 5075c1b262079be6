import { createHmac, timingSafeEqual } from 'node:crypto';
import { TributaryError } from '../domain/errors.ts';
import type { OutboundPayload } from '../domain/outbound.ts';

/** How old or how far ahead a signature may be, in seconds. */
const toleranceSecs = 300;

/** Headers as Node, Fetch or Express give them. */
export type EventHeaders =
  | { get(name: string): string | null }
  | Readonly<Record<string, string | readonly string[] | undefined>>;

/**
 * For receivers: proves that an event came from this installation, and reads it.
 * @param body The body as it came, byte by byte: not parsed and written again.
 * @param secrets Of the subscription (`whsec_...`); while it is rotated, the old one and the new one.
 * @param options `now`: @default the clock of this machine
 * @throws {TributaryError} EVENT_NOT_VERIFIED: a signature that is missing, wrong, or older than 300 s
 * @example const event = verifyEvent(body, request.headers, [process.env.EVENT_SECRET ?? '']);
 */
export function verifyEvent(
  body: string | Uint8Array,
  headers: EventHeaders,
  secrets: readonly string[],
  { now = () => new Date() }: { readonly now?: () => Date } = {},
): OutboundPayload {
  const id = headerOf(headers, 'webhook-id');
  const timestamp = headerOf(headers, 'webhook-timestamp');
  const signatures = headerOf(headers, 'webhook-signature');
  if (!/^\d{1,12}$/.test(timestamp)) throw refused('its time cannot be read');
  const apartSecs = Math.abs(now().getTime() / 1_000 - Number(timestamp));
  if (apartSecs > toleranceSecs) throw refused(`its time is more than ${toleranceSecs} s away`);
  const signed = Buffer.concat([Buffer.from(`${id}.${timestamp}.`), Buffer.from(body as Uint8Array)]);
  const given = signatures.split(' ').flatMap((one) => (one.startsWith('v1,') ? [one.slice(3)] : []));
  if (!secrets.some((secret) => isSignedBy(secret, signed, given)))
    throw refused('no signature fits one of the secrets');
  return read(Buffer.from(body as Uint8Array).toString('utf8'), id);
}

/** Every given signature is compared in constant time. */
function isSignedBy(secret: string, signed: Buffer, given: readonly string[]): boolean {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  // Without a key everybody could sign.
  if (key.length === 0) return false;
  const right = createHmac('sha256', key).update(signed).digest();
  let found = false;
  for (const one of given) {
    const bytes = Buffer.from(one, 'base64');
    if (bytes.length === right.length && timingSafeEqual(bytes, right)) found = true;
  }
  return found;
}

function read(text: string, id: string): OutboundPayload {
  try {
    const event = JSON.parse(text) as OutboundPayload;
    if (typeof event === 'object' && event !== null && event.id === id) return event;
  } catch {
    // Said below.
  }
  throw refused('what is signed is no event');
}

function headerOf(headers: EventHeaders, name: string): string {
  const value =
    typeof headers.get === 'function'
      ? (headers as { get(name: string): string | null }).get(name)
      : Object.entries(headers as Readonly<Record<string, unknown>>).find(
          ([key]) => key.toLowerCase() === name,
        )?.[1];
  const text = Array.isArray(value) ? value[0] : value;
  if (typeof text !== 'string' || text === '') throw refused(`it has no header ${name}`);
  return text;
}

const refused = (why: string): TributaryError =>
  new TributaryError('EVENT_NOT_VERIFIED', `The event is not taken: ${why}.`);
