import { z } from 'zod';
import { authSchema, identitySchema } from './format/auth.ts';
import { metricSchema } from './format/metrics.ts';
import { resourceSchema } from './format/resource.ts';
import { address, field, headerName, jsonSchema, path, plain, pointer, slug, text } from './format/values.ts';
import { webhooksSchema } from './format/webhooks.ts';

export type { AuthDefinition, AuthKind } from './format/auth.ts';
export type { FieldRules, Incremental, Pagination, ResourceDefinition } from './format/resource.ts';
export type {
  WebhookMeaning,
  WebhookPlace,
  WebhookSignature,
  WebhooksDefinition,
} from './format/webhooks.ts';

/** How many requests the app takes. 429 with `Retry-After` and the usual `RateLimit-*` headers are kept without it. */
const rateLimitSchema = z.strictObject({
  requestsPerSecond: z.number().positive().optional(),
  /** Requests of one connection at a time. */
  concurrent: z.int().positive().optional(),
  /** Header that says `used/limit`, such as "32/40": near the limit we slow down. */
  usageHeader: headerName.optional(),
});

/** Says what an answer means that is not what its HTTP status usually means; the first rule that fits counts. */
const errorRuleSchema = z.strictObject({
  status: z.union([z.int(), z.array(z.int()).min(1)]),
  /** Only where the answer says so. */
  when: z.strictObject({ at: pointer, equals: plain }).optional(),
  means: z.enum(['retry', 'rateLimited', 'refused', 'notFound', 'expiredToken', 'revoked']),
});

/** Something that a person does at the app before the connection can be made. */
const prerequisiteSchema = z.strictObject({ id: slug, text, url: z.url().optional() });

/** A connector definition as its YAML file says it. */
export const definitionSchema = z.strictObject({
  version: z.literal(1),
  id: slug,
  name: text,
  description: z.string().optional(),
  /** The app's own documentation that the definition was written from. */
  documentation: z.url().optional(),
  /** How far it was tried: against the live service, against a stand-in that answers as documented, or not at all. */
  tried: z.enum(['live', 'standIn', 'no']).default('no'),
  /** The source kind that runs it. */
  kind: z.enum(['rest']).default('rest'),
  /** `{baseUrl}` is replaced by the address in the app's settings, `{connection.<parameter>}` by the connection's. */
  baseUrl: address.default('{baseUrl}'),
  /** What a connection must say before it is authorized, such as the name of a shop: a JSON Schema of texts. */
  parameters: jsonSchema.optional(),
  auth: authSchema,
  identity: identitySchema,
  /** The request of a connection test; that of `identity` unless given. */
  test: z.strictObject({ path }).optional(),
  /** Sent with every request. */
  headers: z.record(headerName, z.string()).default({}),
  rateLimit: rateLimitSchema.optional(),
  errors: z.array(errorRuleSchema).default([]),
  /** Where an answer that refuses says why, in its own words. */
  errorMessage: pointer.optional(),
  /** An aggregator stands between us and the apps; its webhook says when data is ready to be loaded. */
  aggregator: z.boolean().default(false),
  webhooks: webhooksSchema.optional(),
  prerequisites: z.array(prerequisiteSchema).default([]),
  /** What is asked for at the end of the wizard: a JSON Schema. */
  finalization: jsonSchema.optional(),
  /**
   * Present: the app is in the deduplication list. `match` lists alternatives; two records are one when all
   * fields of one alternative are equal. Fields are those of the record, after `mapping`.
   */
  deduplication: z
    .array(z.strictObject({ resource: slug, match: z.array(z.array(field).min(1)).min(1) }))
    .min(1)
    .optional(),
  metrics: z.array(metricSchema).default([]),
  resources: z.array(resourceSchema).min(1),
});

/** A connector definition, checked, with its defaults filled in. */
export type ConnectorDefinition = z.infer<typeof definitionSchema>;
/** What may be left out when a definition is written. */
export type ConnectorDefinitionInput = z.input<typeof definitionSchema>;
