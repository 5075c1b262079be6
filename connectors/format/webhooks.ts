import { z } from 'zod';
import { headerName, pointer, slug, text } from './values.ts';

/** Where a delivery says something: a header, or a JSON pointer into its body (or into one item of it). */
const place = z
  .union([z.strictObject({ header: headerName }), z.strictObject({ pointer })])
  .meta({ examples: [{ pointer: '/id' }, { header: 'X-Event-Id' }] });

/** How a delivery proves where it comes from. */
const signature = z.discriminatedUnion('kind', [
  /** https://www.standardwebhooks.com: webhook-id, webhook-timestamp, webhook-signature. */
  z.strictObject({
    kind: z.literal('standard'),
    toleranceSecs: z.int().positive().default(300),
  }),
  z.strictObject({
    /** A keyed hash of the raw body in a header. */
    kind: z.literal('hmac'),
    header: headerName,
    algorithm: z.enum(['sha1', 'sha256', 'sha512']).default('sha256'),
    encoding: z.enum(['hex', 'base64']).default('hex'),
    /** Stands before the signature in the header, such as "sha256=". */
    prefix: z.string().default(''),
    /** For a header of `name=value` parts separated by commas: the names of the two. */
    parts: z.strictObject({ timestamp: text, signature: text }).optional(),
    timestampHeader: headerName.optional(),
    timestampUnit: z.enum(['seconds', 'milliseconds']).default('seconds'),
    /** What is signed: `{body}`, `{timestamp}`, `{method}` and `{uri}` (the public address) are replaced. */
    signed: z.string().includes('{body}').default('{body}'),
    /** The secret of the webhook, or the client secret of the app. */
    secret: z.enum(['webhook', 'client']).default('webhook'),
    secretEncoding: z.enum(['text', 'base64']).default('text'),
    /** Applies where a timestamp is signed; both ways. */
    toleranceSecs: z.int().positive().default(300),
  }),
  /** Nothing is signed: the delivery needs the API's token. */
  z.strictObject({ kind: z.literal('none') }),
]);

/** What an event means to us; the first rule whose type fits counts. */
const rule = z.strictObject({
  /** The event's type; `*` stands for any characters. */
  type: text.meta({ examples: ['orders/*'] }),
  /** `load`: there is something to load. `failed`: the aggregator could not. `revoked`: our grant is gone. */
  means: z.enum(['load', 'failed', 'revoked', 'ignore']),
  resource: slug.optional(),
});

/** The webhooks of an app. */
export const webhooksSchema = z.strictObject({
  signature: signature.default({ kind: 'none' }),
  /** Id of the event: told twice, it counts once. The SHA-256 of the body (of the item) unless given. */
  id: place.optional(),
  type: place.optional(),
  /** When it happened: ISO 8601, or seconds since 1970. */
  occurredAt: place.optional(),
  /** The account whose event it is: finds the connection of a delivery to the app's one address. */
  account: place.optional(),
  /** Of a delivery with several events: where the list is. The pointers above start at an item of it. */
  items: pointer.optional(),
  /**
   * Unless given: `grant.revoked` is revoked, `<resource>.failed` failed, `<resource>` and `<resource>.*` load it, any
   * other type loads.
   */
  events: z.array(rule).optional(),
  /** `fetch`: the data are asked for after the hook. `body`: `rows` of the hook are the data. */
  data: z.enum(['fetch', 'body']).default('fetch'),
  /** With `body`: where the rows are; one object counts as a list of one. */
  rows: pointer.optional(),
  /** Of an aggregator: whether the first webhook is enough or every resource must have sent its own. */
  expect: z.enum(['first', 'all']).default('first'),
});

export type WebhooksDefinition = z.infer<typeof webhooksSchema>;
export type WebhookSignature = WebhooksDefinition['signature'];
/** Where a delivery says something. */
export type WebhookPlace = z.infer<typeof place>;
export type WebhookMeaning = z.infer<typeof rule>['means'];
