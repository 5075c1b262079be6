import { z } from 'zod';
import { headerName, pointer, slug, text } from './values.ts';

/** Where a delivery says something: a header, or a JSON pointer into its body (or into one item of it). */
const place = z
  .union([z.strictObject({ header: headerName }), z.strictObject({ pointer })])
  .meta({ examples: [{ pointer: '/id' }, { header: 'X-Event-Id' }] });

const toleranceSecs = z
  .int()
  .positive()
  .describe('How far the signed time may be from ours, both ways, in seconds.')
  .default(300);

/** How a delivery proves where it comes from. */
const signature = z
  .discriminatedUnion('kind', [
    z
      .strictObject({ kind: z.literal('standard'), toleranceSecs })
      .describe(
        'https://www.standardwebhooks.com: the headers webhook-id, webhook-timestamp, webhook-signature.',
      ),
    z
      .strictObject({
        kind: z.literal('hmac'),
        header: headerName.describe('Header that holds the signature.').meta({ examples: ['X-Signature'] }),
        algorithm: z.enum(['sha1', 'sha256', 'sha512']).describe('The hash.').default('sha256'),
        encoding: z.enum(['hex', 'base64']).describe('How the header writes it.').default('hex'),
        prefix: z
          .string()
          .describe('Stands before the signature in the header.')
          .meta({ examples: ['sha256='] })
          .default(''),
        parts: z
          .strictObject({ timestamp: text, signature: text })
          .describe('For a header of `name=value` parts separated by commas: the names of the two.')
          .meta({ examples: [{ timestamp: 't', signature: 'v1' }] })
          .optional(),
        timestampHeader: headerName
          .describe('Header that holds the signed time.')
          .meta({ examples: ['X-Timestamp'] })
          .optional(),
        timestampUnit: z.enum(['seconds', 'milliseconds']).describe('Unit of that time.').default('seconds'),
        signed: z
          .string()
          .includes('{body}', 'expected a text with {body}')
          .describe(
            'What is signed: `{body}`, `{timestamp}`, `{method}` and `{uri}` (the public address) are replaced.',
          )
          .meta({ examples: ['{timestamp}.{body}'] })
          .default('{body}'),
        secret: z
          .enum(['webhook', 'client'])
          .describe('The secret of the webhook, or the client secret of the app.')
          .default('webhook'),
        secretEncoding: z.enum(['text', 'base64']).describe('How the secret is written.').default('text'),
        toleranceSecs,
      })
      .describe('A keyed hash of the raw body in a header.'),
    z
      .strictObject({ kind: z.literal('none') })
      .describe("Nothing is signed: the delivery needs the API's token."),
  ])
  .meta({ examples: [{ kind: 'standard' }, { kind: 'hmac', header: 'X-Signature' }] });

/** What an event means to us. */
const rule = z
  .strictObject({
    type: text.describe("The event's type; `*` stands for any characters.").meta({ examples: ['orders/*'] }),
    means: z
      .enum(['load', 'failed', 'revoked', 'ignore'])
      .describe(
        '`load`: there is something to load. `failed`: the aggregator could not. `revoked`: our grant is gone.',
      ),
    resource: slug.describe('What it is about; all resources unless given.').optional(),
  })
  .meta({ examples: [{ type: 'orders/*', means: 'load', resource: 'orders' }] });

/** The webhooks of an app. */
export const webhooksSchema = z
  .strictObject({
    signature: signature.describe('How a delivery proves where it comes from.').default({ kind: 'none' }),
    id: place
      .describe(
        'Id of the event: told twice, it counts once. The SHA-256 of the body (of the item) unless given.',
      )
      .optional(),
    type: place
      .describe('Type of the event: `{ header }` or `{ pointer }`, as with the other places.')
      .meta({ examples: [{ pointer: '/type' }] })
      .optional(),
    occurredAt: place
      .describe('When it happened: ISO 8601, or seconds since 1970.')
      .meta({ examples: [{ pointer: '/created' }] })
      .optional(),
    account: place
      .describe("The account whose event it is: finds the connection of a delivery to the app's one address.")
      .meta({ examples: [{ pointer: '/account' }] })
      .optional(),
    items: pointer
      .describe(
        'Of a delivery with several events: where the list is. The pointers above start at an item of it.',
      )
      .meta({ examples: ['/events'] })
      .optional(),
    events: z
      .array(rule)
      .describe(
        'What an event means; the first rule whose type fits counts, one that fits none is ignored. Unless given: `grant.revoked` is revoked, `<resource>.failed` failed, `<resource>` and `<resource>.*` load it, any other type loads.',
      )
      .optional(),
    data: z
      .enum(['fetch', 'body'])
      .describe('`fetch`: the data are asked for after the hook. `body`: `rows` of the hook are the data.')
      .default('fetch'),
    rows: pointer.describe('With `body`: where the rows are; one object counts as a list of one.').optional(),
    expect: z
      .enum(['first', 'all'])
      .describe(
        'Of an aggregator: whether the first webhook is enough or every resource must have sent its own.',
      )
      .default('first'),
  })
  .meta({ examples: [{ signature: { kind: 'standard' }, type: { pointer: '/type' } }] });

export type WebhooksDefinition = z.infer<typeof webhooksSchema>;
export type WebhookSignature = WebhooksDefinition['signature'];
/** Where a delivery says something. */
export type WebhookPlace = z.infer<typeof place>;
export type WebhookMeaning = z.infer<typeof rule>['means'];
