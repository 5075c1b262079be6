import { z } from 'zod';
import { authSchema, identitySchema } from './format/auth.ts';
import { deduplicationSchema } from './format/deduplication.ts';
import { benchmarkSchema, metricSchema } from './format/metrics.ts';
import { programSchema } from './format/program.ts';
import { reportSchema } from './format/reports.ts';
import { resourceSchema } from './format/resource.ts';
import {
  address,
  headerName,
  jsonSchema,
  link,
  path,
  plain,
  pointer,
  slug,
  text,
  yesNo,
} from './format/values.ts';
import { webhooksSchema } from './format/webhooks.ts';

export type { AuthDefinition, AuthKind } from './format/auth.ts';
export type { ComparedField, DeduplicationRule, SurvivorChoice } from './format/deduplication.ts';
export type { AsynchronousReport, BodyTemplate, ReportDefinition } from './format/reports.ts';
export type { FieldRules, Incremental, Pagination, ResourceDefinition } from './format/resource.ts';
export type {
  WebhookMeaning,
  WebhookPlace,
  WebhookSignature,
  WebhooksDefinition,
} from './format/webhooks.ts';

const rateLimitSchema = z
  .strictObject({
    requestsPerSecond: z
      .number()
      .positive()
      .describe('Requests a second.')
      .meta({ examples: [5] })
      .optional(),
    concurrent: z
      .int()
      .positive()
      .describe('Requests of one connection at a time.')
      .meta({ examples: [2] })
      .optional(),
    sessions: z
      .int()
      .positive()
      .describe(
        'Sessions of all connections of the app that work at a time; below `TRIBUTARY_MAX_SESSIONS_PER_APP` it counts instead.',
      )
      .meta({ examples: [5] })
      .optional(),
    usageHeader: headerName
      .describe('Header that says `used/limit`, such as "32/40": near the limit we slow down.')
      .meta({ examples: ['X-Api-Call-Limit'] })
      .optional(),
  })
  .describe(
    'How many requests the app takes. 429 with `Retry-After` and the usual `RateLimit-*` headers are kept without it.',
  )
  .meta({ examples: [{ requestsPerSecond: 5 }] });

const status = z
  .int()
  .min(100)
  .max(599)
  .meta({ examples: [403] });

const errorRuleSchema = z
  .strictObject({
    status: z
      .union([status, z.array(status).min(1)])
      .describe('HTTP status of the answer, or a list of them.')
      .meta({ examples: [403] }),
    when: z
      .strictObject({ at: pointer.meta({ examples: ['/error/code'] }), equals: plain })
      .describe('Only where the answer says so.')
      .meta({ examples: [{ at: '/error/code', equals: 'throttled' }] })
      .optional(),
    means: z
      .enum(['retry', 'rateLimited', 'refused', 'notFound', 'expiredToken', 'revoked'])
      .describe('What it means.'),
  })
  .meta({
    examples: [{ status: 403, when: { at: '/error/code', equals: 'throttled' }, means: 'rateLimited' }],
  });

const prerequisiteSchema = z
  .strictObject({
    id: slug.describe('One each.').meta({ examples: ['admin'] }),
    text: text.describe('For people.').meta({ examples: ['You are an administrator of the shop.'] }),
    url: link.describe('Where it is explained.').optional(),
  })
  .meta({ examples: [{ id: 'admin', text: 'You are an administrator of the shop.' }] });

/** A connector definition as its YAML file says it. */
export const definitionSchema = z.strictObject({
  version: z.literal(1).describe('Of the format.'),
  id: slug.describe("The app's id everywhere.").meta({ examples: ['shop'] }),
  name: text.describe('For people.').meta({ examples: ['Shop'] }),
  description: z
    .string()
    .describe('For people.')
    .meta({ examples: ['Orders of the shop.'] })
    .optional(),
  documentation: link
    .describe("The app's own documentation that the definition was written from.")
    .optional(),
  tried: z
    .enum(['live', 'standIn', 'no'])
    .describe(
      'How far it was tried: against the live service, against a stand-in that answers as documented, or not at all.',
    )
    .default('no'),
  kind: z
    .enum(['rest', 'singer', 'airbyte', 'file'])
    .describe('The source kind that runs it.')
    .default('rest'),
  baseUrl: address
    .describe(
      "`{baseUrl}` is replaced by the address in the app's settings, `{connection.<parameter>}` by the connection's.",
    )
    .default('{baseUrl}'),
  parameters: jsonSchema
    .describe(
      'What a connection must say before it is authorized, such as the name of a shop: a JSON Schema of texts.',
    )
    .meta({
      examples: [{ type: 'object', required: ['shop'], properties: { shop: { type: 'string' } } }],
    })
    .optional(),
  auth: authSchema.describe('How the app is authorized at.'),
  program: programSchema.describe('Kinds singer and airbyte only, where it must be there.').optional(),
  identity: identitySchema
    .describe(
      'A request that says whose data the credentials open: kind rest, where it must be there. Of other kinds: where the configuration says it; without it the account is known by all of the configuration but its secrets.',
    )
    .optional(),
  test: z
    .strictObject({ path: path.describe('What is asked for.').meta({ examples: ['/ping'] }) })
    .describe('The request of a connection test; that of `identity` unless given.')
    .meta({ examples: [{ path: '/ping' }] })
    .optional(),
  headers: z
    .record(headerName, z.string())
    .describe('Sent with every request. Values may hold `{connection.<parameter>}`.')
    .meta({ examples: [{ 'X-Api-Version': '2024-01' }] })
    .default({}),
  rateLimit: rateLimitSchema.optional(),
  errors: z
    .array(errorRuleSchema)
    .describe(
      'What an answer means that is not what its HTTP status usually means; the first rule that fits counts.',
    )
    .default([]),
  errorMessage: pointer
    .describe('Where an answer that refuses says why, in its own words.')
    .meta({ examples: ['/error/message'] })
    .optional(),
  aggregator: yesNo
    .describe(
      'An aggregator stands between us and the apps; its webhook says when data is ready to be loaded (status 25).',
    )
    .default(false),
  webhooks: webhooksSchema.describe('The webhooks of the app.').optional(),
  prerequisites: z
    .array(prerequisiteSchema)
    .describe('What a person does at the app before the connection can be made.')
    .default([]),
  finalization: jsonSchema
    .describe('What is asked for at the end of the wizard: a JSON Schema.')
    .meta({ examples: [{ type: 'object', properties: { currency: { type: 'string' } } }] })
    .optional(),
  deduplication: z
    .array(deduplicationSchema)
    .min(1)
    .describe('Puts the app into the deduplication list. Fields are those of the record, after `mapping`.')
    .optional(),
  metrics: z
    .array(metricSchema)
    .describe('Numbers that are computed from records by period. Fields are those of the record.')
    .default([]),
  benchmark: benchmarkSchema
    .describe('How the companies that share data of this app are compared with each other.')
    .prefault({}),
  resources: z
    .array(resourceSchema)
    .min(1)
    .describe('The kinds of objects that the app offers, one or more.'),
  reports: z.array(reportSchema).describe('The rows of one date that report types can ask for.').default([]),
});

/** A connector definition, checked, with its defaults filled in. */
export type ConnectorDefinition = z.infer<typeof definitionSchema>;
/** What may be left out when a definition is written. */
export type ConnectorDefinitionInput = z.input<typeof definitionSchema>;
