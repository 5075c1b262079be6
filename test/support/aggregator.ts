import { randomUUID } from 'node:crypto';
import { Webhook } from 'standardwebhooks';

/** One hook; sent again it is the same one. */
export interface Hook {
  readonly id: string;
  readonly type: string;
  readonly occurredAt: Date;
  /** More fields of the body. */
  readonly more?: object;
}

/** How a hook is sent. */
export interface SendOptions {
  /** @default true: Standard Webhooks, by the aggregator's secret */
  readonly signed?: boolean;
  /** Signed by this secret instead. */
  readonly secret?: string;
  /** Signed as of then. @default now */
  readonly at?: Date;
}

/** What the other side answered. */
export interface Answered {
  readonly status: number;
  readonly body: { readonly code?: string; readonly new?: number; readonly known?: number };
}

/** An aggregator that sends hooks over HTTP: late, early, doubled, reordered or unsigned, as a test says. */
export interface Aggregator {
  /** Makes a hook without sending it. Its time is now, or `secondsAgo`. */
  hook(type: string, more?: object, secondsAgo?: number): Hook;
  send(hook: Hook, options?: SendOptions): Promise<Answered>;
  /** The same hook, so many times at once. */
  double(hook: Hook, times?: number): Promise<Answered[]>;
}

/** What the definition of an app behind this aggregator says of its webhooks. */
export const aggregatorWebhooks = {
  signature: { kind: 'standard' },
  type: { pointer: '/type' },
  occurredAt: { pointer: '/timestamp' },
} as const;

/**
 * Makes an aggregator.
 * @param address Where its hooks go.
 * @param secret What it signs with: `whsec_...`.
 */
export function createAggregator(address: string, secret: string): Aggregator {
  const send = async (
    { id, type, occurredAt, more }: Hook,
    { signed = true, secret: key = secret, at = new Date() }: SendOptions = {},
  ): Promise<Answered> => {
    const body = JSON.stringify({ type, timestamp: occurredAt.toISOString(), ...more });
    const signature = {
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
      'webhook-signature': new Webhook(key).sign(id, at, body),
    };
    const headers = { 'content-type': 'application/json', ...(signed ? signature : {}) };
    const answer = await fetch(address, { method: 'POST', headers, body });
    return { status: answer.status, body: (await answer.json()) as Answered['body'] };
  };
  return {
    hook: (type, more = {}, secondsAgo = 0) => ({
      id: `msg_${randomUUID()}`,
      type,
      more,
      occurredAt: new Date(Date.now() - secondsAgo * 1000),
    }),
    send,
    double: (hook, times = 2) => Promise.all(Array.from({ length: times }, () => send(hook))),
  };
}
