import { z } from 'zod';
import { outboundTypes } from '../../../domain/outbound.ts';
import { actor, limit, slug, time } from './common.ts';

const address = z
  .url({ protocol: /^https?$/, error: 'must be an http or https address' })
  .max(2_000, 'must have at most 2000 characters');
const eventType = z.enum(outboundTypes);
const events = z
  .array(eventType)
  .min(1, 'must not be empty')
  .describe('RawData, NormalizedData or ReadyToUseData adds Error, Suspended and Disconnected');
const only = (what: string) =>
  z
    .array(slug)
    .min(1, 'must not be empty')
    .max(1_000, 'must have at most 1000 entries')
    .nullable()
    .describe(`Only of these ${what}; null: of all`);
const note = z.string().trim().max(200, 'must have at most 200 characters').nullable();

export const subscriptionParams = z.object({
  id: slug.describe('Subscription id').meta({ examples: ['warehouse'] }),
});

export const subscriptionBody = z
  .strictObject({
    id: slug,
    url: address.describe('Events are posted there'),
    events,
    companies: only('companies').default(null),
    apps: only('apps').default(null),
    connections: only('connections').default(null),
    note: note.default(null).describe('For people'),
    secret: z
      .string()
      .regex(
        /^whsec_([A-Za-z0-9+/]{4}){8,}([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/,
        'must be whsec_ and base64 of 24 bytes or more',
      )
      .optional()
      .describe('Signs the events; left out, one is made'),
  })
  .meta({ examples: [{ id: 'warehouse', url: 'https://example.com/events', events: ['ReadyToUseData'] }] });

export const subscriptionChange = z
  .strictObject({
    url: address.optional(),
    events: events.optional(),
    companies: only('companies').optional(),
    apps: only('apps').optional(),
    connections: only('connections').optional(),
    note: note.optional(),
    enabled: z.boolean().optional().describe('Enabled again, it goes on with what waits'),
  })
  .refine((body) => Object.keys(body).length > 0, 'names nothing that changes')
  .meta({ examples: [{ enabled: true }] });

export const rotateBody = z
  .strictObject({
    overlapHours: z
      .number()
      .min(0, 'must be 0 or more')
      .max(168, 'must be at most 168')
      .default(24)
      .describe('So long the secrets before sign too, beside the new one'),
  })
  .meta({ examples: [{ overlapHours: 24 }] });

export const subscription = z.object({
  id: slug,
  url: z.string(),
  events: z.array(eventType),
  companies: z.array(z.string()).nullable(),
  apps: z.array(z.string()).nullable(),
  connections: z.array(z.string()).nullable(),
  note: z.string().nullable(),
  enabled: z.boolean(),
  disabledReason: z.string().nullable(),
  disabledAt: time.nullable(),
  failingSince: time.nullable().describe('The first failure since the last success'),
  secrets: z
    .array(z.object({ id: z.string(), createdAt: time, expiresAt: time.nullable() }))
    .describe('Newest first; what they are is shown once, when they are made'),
  createdBy: actor,
  createdAt: time,
});
export const subscriptionMade = z.object({
  subscription,
  secret: z.string().describe('By it a receiver verifies events; it is shown this once'),
});
export const subscriptionList = z.object({ subscriptions: z.array(subscription) });
export const subscriptionRemoved = z.object({ id: slug, removed: z.literal(true) });

const attempt = z.object({
  at: time,
  durationMs: z.int(),
  status: z.int().nullable().describe('HTTP status; null: there was no answer'),
  excerpt: z.string().describe('Beginning of the answer'),
  error: z.string().nullable().describe('Why it counts as failed; null: it arrived'),
});
export const attemptMade = attempt.extend({ arrived: z.boolean(), eventId: z.string() });

const deliveryStatus = z.enum(['delivered', 'waiting', 'failed']);
export const deliveriesQuery = z.strictObject({
  limit,
  status: deliveryStatus.optional().describe('Only those in this status'),
});
export const delivery = z.object({
  id: z.string().describe('<subscription>/<connection>/<sequence>'),
  subscriptionId: z.string(),
  connectionId: z.string(),
  sequence: z.int(),
  eventId: z.string(),
  source: z.string(),
  type: eventType,
  status: deliveryStatus,
  attempts: z.int(),
  nextAttemptAt: time.nullable(),
  at: time,
  log: z.array(attempt).describe('The newest 20 attempts, oldest first'),
});
export const deliveryList = z.object({ deliveries: z.array(delivery) });

export const redeliverBody = z
  .strictObject({
    delivery: z.string().max(300).optional().describe('Id of one delivery'),
    failedSince: time.optional().describe('All that were given up since then'),
  })
  .refine(
    ({ delivery: one, failedSince }) => (one === undefined) !== (failedSince === undefined),
    'names either delivery or failedSince',
  )
  .meta({ examples: [{ failedSince: '2026-01-31T00:00:00.000Z' }] });
export const redelivered = z.object({
  asked: z.int().describe('Events that are sent again'),
  enabled: z.boolean().describe('Whether the subscription is; else they wait until it is'),
});

export type SubscriptionBody = z.input<typeof subscriptionBody>;
export type SubscriptionChange = z.input<typeof subscriptionChange>;
export type SubscriptionView = z.infer<typeof subscription>;
export type SubscriptionMade = z.infer<typeof subscriptionMade>;
export type SubscriptionList = z.infer<typeof subscriptionList>;
export type SubscriptionRemoved = z.infer<typeof subscriptionRemoved>;
export type RotateBody = z.input<typeof rotateBody>;
export type AttemptMade = z.infer<typeof attemptMade>;
export type DeliveriesQuery = Partial<z.infer<typeof deliveriesQuery>>;
export type DeliveryView = z.infer<typeof delivery>;
export type DeliveryList = z.infer<typeof deliveryList>;
export type RedeliverBody = z.input<typeof redeliverBody>;
export type Redelivered = z.infer<typeof redelivered>;
