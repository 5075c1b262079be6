import { z } from 'zod';
import type { JsonObject } from '../domain/json.ts';

/** Slugs: what may stand in ids, paths and collection names. */
const slug = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,62}$/, 'expected a slug: a-z, 0-9, - and _');
const text = z.string().min(1);
/** RFC 6901; the empty pointer is the whole document. */
const pointer = z
  .string()
  .regex(/^(\/.*)?$/, 'expected a JSON pointer such as /data, or "" for the whole answer');
const path = z.string().regex(/^\//, 'expected a path that starts with /');
const address = z
  .string()
  .regex(/^(\{baseUrl\}|https?:\/\/)/, 'expected an http(s) address, or one that starts with {baseUrl}');
const field = text;
const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** How a company's consent or secret is presented to the app. */
export const authSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    /** OAuth 2, authorization code with PKCE. */
    kind: z.literal('oauth2'),
    authorizationUrl: address,
    tokenUrl: address,
    revocationUrl: address.optional(),
    /** What the app names itself in `iss`; the origin of `authorizationUrl` unless given. */
    issuer: address.optional(),
    scopes: z.array(text).default([]),
    /** How the client id and secret are sent to the token endpoint. */
    clientAuthentication: z.enum(['basic', 'post']).default('basic'),
  }),
  z.strictObject({ kind: z.literal('basic') }),
  z.strictObject({ kind: z.literal('bearer') }),
  z.strictObject({
    kind: z.literal('apiKey'),
    header: z.string().regex(/^[A-Za-z0-9-]+$/, 'expected the name of a header'),
    /** Stands before the key, such as "Token ". */
    prefix: z.string().default(''),
  }),
]);

/** How the pages of a resource follow each other. */
export const paginationSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('none') }),
  z.strictObject({
    kind: z.literal('cursor'),
    /** Query parameter that takes the cursor. */
    param: text,
    /** Where the answer says the next cursor; null, "" or missing after the last page. */
    nextPath: pointer,
    sizeParam: text.optional(),
    size: z.int().min(1).optional(),
  }),
  z.strictObject({
    kind: z.literal('page'),
    param: text,
    /** Number of the first page. */
    first: z.int().min(0).default(1),
    sizeParam: text.optional(),
    size: z.int().min(1).optional(),
  }),
]);

/** One kind of object that the app offers. All field names are the app's own, as in `schema`. */
export const resourceSchema = z.strictObject({
  id: slug,
  name: text,
  description: z.string().optional(),
  path,
  params: z.record(text, z.union([z.string(), z.number(), z.boolean()])).default({}),
  recordsPath: pointer,
  /** Where the answer says how many rows the whole read gives. */
  totalPath: pointer.optional(),
  /** Fields that name one object together. */
  key: z.array(field).min(1),
  /** Field by which the greater of two versions of an object is told, and where the next read begins. */
  cursor: field.optional(),
  /** Query parameter that takes the committed cursor; the app answers rows at or after it. */
  incremental: z.strictObject({ param: text }).optional(),
  /** Field whose greatest value says how fresh the data is; `cursor` unless given. */
  freshnessField: field.optional(),
  pagination: paginationSchema.default({ kind: 'none' }),
  /** JSON Schema that a row must fit. */
  schema: z.custom<JsonObject>(isObject, 'expected a JSON Schema (an object)'),
  /** Renames: the app's field -> the field of the record. Fields that are not named keep their name. */
  mapping: z.record(field, field).optional(),
  /** Whether a new connection loads it unless told otherwise. */
  enabled: z.boolean().default(true),
  /** Whether a failure of this resource stops the session or is marked and passed over. */
  onError: z.enum(['stop', 'continue']).default('stop'),
});

/** A connector definition as its YAML file says it. */
export const definitionSchema = z.strictObject({
  version: z.literal(1),
  id: slug,
  name: text,
  description: z.string().optional(),
  /** The source kind that runs it. */
  kind: z.enum(['rest']).default('rest'),
  /** `{baseUrl}` is replaced by the address in the app's settings. */
  baseUrl: address.default('{baseUrl}'),
  auth: authSchema,
  /** A request that says whose data the credentials open: path, and JSON pointer of the account id. */
  identity: z.strictObject({ path, account: pointer }),
  rateLimit: z.strictObject({ requestsPerSecond: z.number().positive() }).optional(),
  /** An aggregator stands between us and the apps; its webhook says when data is ready to be loaded. */
  aggregator: z.boolean().default(false),
  /** Of an aggregator: whether the first webhook is enough or every resource must have sent its own. */
  webhook: z.strictObject({ expect: z.enum(['first', 'all']) }).optional(),
  /**
   * Present: the app is in the deduplication list. `match` lists alternatives; two records are one when all
   * fields of one alternative are equal. Fields are those of the record, after `mapping`.
   */
  deduplication: z
    .array(z.strictObject({ resource: slug, match: z.array(z.array(field).min(1)).min(1) }))
    .min(1)
    .optional(),
  resources: z.array(resourceSchema).min(1),
});

/** A connector definition, checked, with its defaults filled in. */
export type ConnectorDefinition = z.infer<typeof definitionSchema>;
/** What may be left out when a definition is written. */
export type ConnectorDefinitionInput = z.input<typeof definitionSchema>;
/** One resource of a definition. */
export type ResourceDefinition = z.infer<typeof resourceSchema>;
/** How the app is authorized at. */
export type AuthDefinition = z.infer<typeof authSchema>;
/** How the pages of a resource follow each other. */
export type Pagination = z.infer<typeof paginationSchema>;
