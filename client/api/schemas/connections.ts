import { z } from 'zod';
import { checkNames, checkSeverities } from '../../../domain/checks.ts';
import { configurationStatuses, connectionStatuses } from '../../../domain/connection.ts';
import { ingestionRollUps } from '../../../domain/ingestion.ts';
import type { JsonObject } from '../../../domain/json.ts';
import { actor, sessionIdText, slug, statusCode, substage, time } from './common.ts';
import { planToken } from './plan-token.ts';
import { sessionSummary } from './sessions.ts';

/** What account managers read. */
export const connectionLabels = [
  'Needs you',
  'Waiting for the app',
  'Waiting for its turn',
  'Working',
  'Up to date',
  'Paused',
  'Disconnected',
] as const;

export const timeZone = z.string().refine((zone) => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }) !== undefined;
  } catch {
    return false;
  }
}, 'must be an IANA time zone such as Europe/Berlin');

export const beginning = z
  .union([z.iso.datetime({ offset: true }), z.iso.date()], 'must be a date or a time such as 2024-01-31')
  .describe('The first read begins here: an ISO 8601 date or time');

const fieldNames = z.array(z.string().min(1)).min(1).optional();
const fields = z
  .strictObject({
    only: fieldNames.describe('Only these; key and cursor are always kept'),
    drop: fieldNames.describe('All but these'),
    hash: fieldNames.describe('Replaced by a keyed hash'),
  })
  .describe('Which fields are stored: names or JSON pointers of the app');

export const resourceSetting = z.strictObject({
  id: slug,
  historyStart: beginning.optional(),
  fields: fields.optional(),
});

export const driftPolicy = z
  .enum(['ignore', 'propagate', 'pause'])
  .describe('What is done when the rows of a resource get other fields');

export const parameters = z
  .record(
    z.string(),
    z.string('must be text').trim().min(1, 'must not be empty').max(500, 'must have at most 500 characters'),
  )
  .describe('What the addresses of the app need of this connection; its definition names them');

const connectShape = z.strictObject({
  company: z.strictObject({ id: slug, name: z.string().trim().min(1).max(200).optional() }),
  app: slug,
  id: slug.optional().describe('Default: <app>-<company>'),
  resources: z
    .array(
      z.union([slug, resourceSetting], {
        error: 'must be the id of a resource, or { id, historyStart?, fields?: { only?, drop?, hash? } }',
      }),
    )
    .min(1)
    .optional()
    .describe('The ones to load; default: those the definition enables'),
  historyStart: beginning
    .optional()
    .describe('For all resources that name none of their own and have a cursor'),
  parameters: parameters.default({}),
  driftPolicy: driftPolicy.default('propagate'),
  pool: slug.default('default'),
  timeZone: timeZone.default('UTC'),
  unattended: z
    .boolean()
    .default(true)
    .describe('Finalizes the configuration by itself once it is authorized'),
});

export const connectBody = connectShape.meta({
  examples: [
    {
      company: { id: 'acme', name: 'Acme Ltd' },
      app: 'storefront',
      resources: ['items', { id: 'orders', historyStart: '2024-01-01', fields: { hash: ['email'] } }],
    },
  ],
});

export const connectLinkBody = connectShape
  .extend({
    validFor: z
      .string()
      .regex(/^([1-9]|[1-8][0-9]|90)d$|^[1-9][0-9]{0,2}h$/, 'must be 1h to 999h, or 1d to 90d')
      .default('7d')
      .describe('How long it can be used'),
  })
  .meta({ examples: [{ company: { id: 'acme', name: 'Acme Ltd' }, app: 'storefront', validFor: '7d' }] });

export const connectLink = z.object({
  link: z.string().describe('For the customer; no token needed'),
  expiresAt: time,
  connectionId: slug,
  reauthorizes: z
    .boolean()
    .describe('The connection is there: it is authorized again, with data and cursors kept'),
});

export const connection = z.object({
  id: slug,
  company: slug,
  app: slug,
  generation: z.int(),
  status: z.enum(connectionStatuses),
  reportedStatus: z.enum(connectionStatuses),
  configurationStatus: z.enum(configurationStatuses),
  errorReason: z.string().nullable().describe('Why it is in ERROR'),
  code: statusCode.nullable().describe("Its own code (8, 26), else its latest session's"),
  codeName: z.string().nullable(),
  label: z.enum(connectionLabels),
  since: time,
  deauthorizedSince: time.nullable(),
  ingestion: z
    .object({ state: z.enum(ingestionRollUps), at: time.nullable() })
    .describe('Of all its resources; `at`: when LAST_SYNCED was'),
  authorized: z.boolean(),
  account: z.string().nullable(),
  pool: slug,
  timeZone: z.string(),
  deduplication: z.boolean(),
  unattended: z.boolean(),
  grant: z
    .object({
      endsAt: time.nullable().describe('When a person has to authorize again; null: not known to end'),
      daysLeft: z.int().nullable(),
    })
    .nullable()
    .describe('null: there is none'),
  parameters,
  driftPolicy,
  schedule: z
    .object({
      kind: z.enum(['MANUAL', 'INTERVAL', 'CRON']),
      every: z.string().optional(),
      cron: z.string().optional(),
    })
    .describe('MANUAL: sessions start by calls and webhooks only'),
  retentionDays: z.int().describe('Days that raw batches are kept, once their session is over'),
  substagesOff: z.array(substage),
  thresholds: z
    .object({ quarantineShare: z.number().optional(), quarantineFloorRows: z.int().optional() })
    .describe("Its own; for the others the installation's count"),
  checks: z
    .record(
      z.string(),
      z.partialRecord(
        z.enum(checkNames),
        z.object({
          severity: z.enum(checkSeverities),
          atLeast: z.number().optional(),
          atMost: z.number().optional(),
        }),
      ),
    )
    .describe('What a person wants of monitoring, by resource (or * for all) and check'),
  autoPause: z
    .object({ failures: z.int(), days: z.int() })
    .nullable()
    .describe('Paused by itself once both hold; null: never'),
  failing: z
    .object({ failures: z.int(), since: time })
    .nullable()
    .describe('Sessions that entered an error status since the last success; null: none'),
  autoPaused: z
    .object({ at: time, failures: z.int(), since: time, whatToDo: z.string() })
    .nullable()
    .describe('It was paused by itself; null: it was not'),
  resources: z.array(
    z.object({ id: slug, enabled: z.boolean(), historyStart: time.optional(), fields: fields.optional() }),
  ),
  latestSession: sessionSummary.nullable(),
  delivered: z
    .object({ done: z.int(), of: z.int() })
    .nullable()
    .describe('To how many of its syncs the latest session, once Synced, was delivered'),
  sealedSession: z.int().describe('Number of the newest session in the change feed; 0: none'),
  createdAt: time,
  updatedAt: time,
});

export const connectionsQuery = z.strictObject({
  company: slug.optional().describe('Only of this company'),
  app: slug.optional().describe('Only at this app'),
});
export const connectionList = z.object({ connections: z.array(connection) });

export const authorization = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('oauth2'),
    link: z.string().describe('For the person who consents; no token needed'),
    expiresAt: time,
  }),
  z.object({
    kind: z.literal('credentials'),
    takes: z.enum(['basic', 'bearer', 'apiKey', 'clientCredentials', 'configuration']),
    submitTo: z.string().describe('Where the credentials are posted'),
  }),
]);

export const authorized = z.object({
  sessionId: sessionIdText,
  authorization,
  note: z
    .string()
    .nullable()
    .describe('What it means for a connection that is authorized already: no refresh runs meanwhile'),
});
export const connected = authorized.extend({ connection });

export const credentialsBody = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('basic'), username: z.string().min(1), password: z.string() }),
    z.strictObject({ kind: z.literal('bearer'), token: z.string().min(1) }),
    z.strictObject({ kind: z.literal('apiKey'), key: z.string().min(1) }),
    z.strictObject({
      kind: z.literal('clientCredentials'),
      clientId: z.string().min(1),
      clientSecret: z.string().min(1),
    }),
    z.strictObject({
      kind: z.literal('configuration'),
      configuration: z
        .custom<JsonObject>(
          (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
          'must be an object',
        )
        .meta({ type: 'object' })
        .describe('The whole of it, secrets too, as the JSON Schema of the app says'),
    }),
  ])
  .meta({ examples: [{ kind: 'apiKey', key: 'from the app' }] });
export const accepted = z.object({ accepted: z.literal(true) });

export const disconnectBody = z
  .strictObject({
    keepData: z
      .boolean()
      .optional()
      .describe(
        'true: keeps the records. false, for a connection that is disconnected: deletes what was kept',
      ),
    planToken,
  })
  .nullish()
  .meta({ examples: [{ keepData: true }] });

const receiptEntries = z.array(
  z.object({
    name: z.string().describe('The collection, or fields in it'),
    outcome: z.enum(['deleted', 'cleared', 'kept']).describe('cleared: fields of documents that stay'),
    count: z.int(),
    hash: z.string().describe('SHA-256 over the sorted ids; of what was kept over the documents'),
  }),
);

export const receipt = z.object({
  id: z.string(),
  connectionId: slug,
  generation: z.int(),
  by: actor,
  at: time,
  grantRevoked: z.boolean(),
  keptData: z.boolean(),
  resources: z.array(z.string()).describe('Those that were looked for'),
  collections: receiptEntries,
  keptDeleted: z
    .object({ by: actor, at: time, collections: receiptEntries })
    .nullable()
    .describe('What was kept and deleted later; null: nothing was'),
});
export const disconnecting = z.object({
  pending: z.literal(true),
  workflowId: z.string(),
  receiptAt: z.string().describe('Where the receipt will be'),
});

export type ConnectBody = z.input<typeof connectBody>;
export type ConnectLinkBody = z.input<typeof connectLinkBody>;
export type ConnectLink = z.infer<typeof connectLink>;
export type Connection = z.infer<typeof connection>;
export type Authorized = z.infer<typeof authorized>;
export type Connected = z.infer<typeof connected>;
export type CredentialsBody = z.infer<typeof credentialsBody>;
export type Receipt = z.infer<typeof receipt>;
export type Disconnecting = z.infer<typeof disconnecting>;
