import { z } from 'zod';
import { slug, time } from './common.ts';

const count = z.int().min(0);

/** Read by what the definition says, after the signature was checked. */
export const deliveryBody = z
  .unknown()
  .describe('JSON, as the app sends it')
  .meta({ examples: [{ id: 'evt-1', type: 'orders.ready' }] });

/** What became of a delivery. */
export const received = z.object({
  stored: z.boolean().describe('false: nothing in it was new'),
  new: count.describe('Events that wait for a session'),
  known: count.describe('Events that were told before: they change nothing'),
  ignored: count.describe('Events that mean nothing to this connection; they are listed'),
  unknownAccounts: count.describe('Events of accounts that no connection is authorized for; not stored'),
});

/** Printable, without spaces: what may stand in a configuration file. */
const secretText = z
  .string()
  .min(8)
  .max(500)
  .regex(/^[\x21-\x7e]+$/, 'must be printable ASCII without spaces');

export const webhookSecretBody = z
  .strictObject({
    secret: secretText.optional().describe('As the app gave it; one is made if it is left out'),
  })
  .meta({ examples: [{}] });

const secretItem = z.object({
  id: z.string(),
  createdAt: time,
});

/** The secrets of a connection's webhooks, without the secrets. */
export const webhookSecrets = z.object({
  address: z.string().describe('What the app sends its webhooks to'),
  secrets: z.array(secretItem).describe('Newest first; all of them are accepted'),
});

export const newWebhookSecret = webhookSecrets.extend({
  id: z.string(),
  secret: z.string().optional().describe('A secret that was made here: shown this once'),
});

export const webhookSecretParams = z.object({
  id: slug.describe('Connection id').meta({ examples: ['storefront-west'] }),
  secret: z
    .string()
    .regex(/^[0-9a-f]{12}$/)
    .describe('Id of the secret'),
});

export const webhookStates = [
  'waiting',
  'taken',
  'outOfOrder',
  'late',
  'ignored',
  'superseded',
  'expired',
] as const;

const hook = z.object({
  id: z.string(),
  type: z.string().describe('What the app calls it'),
  means: z.enum(['load', 'failed', 'revoked', 'ignore']),
  resource: z.string().nullable(),
  account: z.string().nullable(),
  occurredAt: time.nullable().describe("By the app's clock"),
  receivedAt: time,
  state: z.enum(webhookStates),
  reason: z.string().describe('Why, in a sentence'),
  sessionId: z.string().nullable().describe('The session that took it'),
  takenAt: time.nullable(),
});

export const webhookList = z.object({
  webhooks: z.array(hook).describe('Newest first'),
  next: z.string().nullable().describe('Give it as `before` for older ones'),
});

const limitFault = 'must be a whole number from 1 to 500';
export const webhookQuery = z.object({
  limit: z.coerce
    .number(limitFault)
    .int(limitFault)
    .min(1, limitFault)
    .max(500, limitFault)
    .default(100)
    .describe('At most so many'),
  before: z.string().min(1).max(400).optional().describe('`next` of the answer before'),
});

export type Webhook = z.infer<typeof hook>;
export type WebhookList = z.infer<typeof webhookList>;
export type WebhookSecrets = z.infer<typeof webhookSecrets>;
export type NewWebhookSecret = z.infer<typeof newWebhookSecret>;
export type WebhookSecretBody = z.input<typeof webhookSecretBody>;
