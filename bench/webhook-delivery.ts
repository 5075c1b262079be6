import { Webhook } from 'standardwebhooks';
import { pagedDefinition } from '../test/support/paged-app.ts';

/** A connection with signed webhooks, and what is sent to it. */
export const benchHook = {
  connectionId: 'bench-hooks',
  definition: {
    ...pagedDefinition({ id: 'bench-hooks' }),
    webhooks: { signature: { kind: 'standard' }, id: { pointer: '/id' }, type: { pointer: '/type' } },
  },
} as const;

/** A delivery of about 500 bytes, signed as Standard Webhooks say. */
export function signedDelivery(secret: string, n: number): { body: string; headers: Record<string, string> } {
  const id = `evt-${n}`;
  const body = JSON.stringify({ id, type: 'orders.updated', data: { id: `r${n}`, note: '.'.repeat(420) } });
  const at = new Date();
  return {
    body,
    headers: {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
      'webhook-signature': new Webhook(secret).sign(id, at, body),
    },
  };
}
