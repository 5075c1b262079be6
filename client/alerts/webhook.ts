import { createHash } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { TributaryError } from '../../domain/errors.ts';
import type { Egress } from '../../platform/egress.ts';
import type { AlertChannel, AlertPost, ChannelFailure, Sent } from './channel.ts';
import { wordsOf } from './words.ts';

/** Where alerts are posted, and what signs them. */
export interface WebhookOptions {
  readonly url: string;
  /** base64, with or without `whsec_` before it */
  readonly secret: string;
  readonly egress: Pick<Egress, 'fetch'>;
  readonly now?: () => Date;
  /** How long an answer is waited for. @default 10000 */
  readonly timeoutMs?: number;
}

const longestWaitMs = 3_600_000;

/** The same message has the same id whenever it is sent: the receiver takes the second one for the first. */
const idOf = ({ incident, part }: AlertPost): string => {
  const about = [incident.incident, incident.number, incident.openedAt.getTime(), part].join('\n');
  return `msg_${createHash('sha256').update(about).digest('base64url').slice(0, 32)}`;
};

/** The body of a message: `type` is `alert.opened`, `alert.lines`, `alert.acknowledged` or `alert.resolved`. */
export function bodyOf(post: AlertPost): object {
  const { incident, message, part } = post;
  const { cause, title, reason, since, link, command, number, occurrences, status, resolution } = incident;
  return {
    type: `alert.${message.kind}`,
    ...{ incident: incident.incident, number, part, cause, status, title, reason, since, link, command },
    ...{ occurrences, resolution, acknowledgedBy: incident.acknowledged?.by.id ?? null },
    lines: message.kind === 'lines' ? message.lines.map(({ text, at }) => ({ text, at })) : [],
    text: wordsOf(incident, message),
  };
}

/** Incidents are posted to an address, signed as Standard Webhooks say. */
export function createWebhookChannel(options: WebhookOptions): AlertChannel {
  const { url, secret, egress, now = () => new Date(), timeoutMs = 10_000 } = options;
  const webhook = new Webhook(secret);

  async function send(post: AlertPost): Promise<Sent | ChannelFailure> {
    const id = idOf(post);
    const body = JSON.stringify(bodyOf(post));
    const at = now();
    try {
      const response = await egress.fetch(url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'webhook-id': id,
          'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
          'webhook-signature': webhook.sign(id, at, body),
        },
        body,
        // What is signed is for this address; another one is for a person to set.
        redirect: 'manual',
        signal: AbortSignal.timeout(timeoutMs),
      });
      await response.body?.cancel();
      return answered(response, id);
    } catch (error) {
      return failed(error);
    }
  }

  // A message whose answer was lost is sent again under its id.
  return { name: 'webhook', paceMs: 0, send, find: async () => ({ outcome: 'absent' }) };
}

function answered({ ok, status, headers }: Response, id: string): Sent | ChannelFailure {
  if (ok) return { outcome: 'sent', id };
  if (status === 429) {
    const secs = Number(headers.get('retry-after') ?? '');
    const waitMs = Math.min(Number.isFinite(secs) && secs > 0 ? secs * 1_000 : 30_000, longestWaitMs);
    return { outcome: 'wait', waitMs, text: `The receiver asks to wait ${Math.ceil(waitMs / 1_000)} s.` };
  }
  if (status >= 500)
    return { outcome: 'unsure', text: `The receiver answered with ${status}. It is tried again.` };
  const text = `The receiver answered with ${status}. Check TRIBUTARY_ALERT_WEBHOOK, and that it knows the secret.`;
  return { outcome: 'refused', of: 'channel', text };
}

function failed(error: unknown): ChannelFailure {
  if (error instanceof TributaryError && error.code === 'ADDRESS_REFUSED')
    return { outcome: 'refused', of: 'channel', text: error.message };
  const { name, message, cause } = error as Error & { readonly cause?: NodeJS.ErrnoException };
  const why =
    name === 'TimeoutError' ? 'it did not answer in time' : (cause?.code ?? cause?.message ?? message);
  return { outcome: 'unsure', text: `The receiver cannot be reached: ${why}. It is tried again.` };
}
