import { z } from 'zod';
import { configurationStatuses, connectionStatuses } from '../../../domain/connection.ts';
import { actor, sessionIdText, slug, statusCode, time } from './common.ts';
import { sessionSummary } from './sessions.ts';

/** What account managers read. */
export const connectionLabels = [
  'Needs you',
  'Waiting for the app',
  'Working',
  'Up to date',
  'Paused',
  'Disconnected',
] as const;

const timeZone = z.string().refine((zone) => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }) !== undefined;
  } catch {
    return false;
  }
}, 'must be an IANA time zone such as Europe/Berlin');

export const connectBody = z
  .strictObject({
    company: z.strictObject({ id: slug, name: z.string().trim().min(1).max(200).optional() }),
    app: slug,
    id: slug.optional().describe('Default: <app>-<company>'),
    resources: z
      .array(slug)
      .min(1)
      .optional()
      .describe('The ones to load; default: those the definition enables'),
    pool: slug.default('default'),
    timeZone: timeZone.default('UTC'),
    unattended: z
      .boolean()
      .default(true)
      .describe('Finalizes the configuration by itself once it is authorized'),
  })
  .meta({
    examples: [{ company: { id: 'acme', name: 'Acme Ltd' }, app: 'storefront', resources: ['orders'] }],
  });

export const connection = z.object({
  id: slug,
  company: slug,
  app: slug,
  generation: z.int(),
  status: z.enum(connectionStatuses),
  reportedStatus: z.enum(connectionStatuses),
  configurationStatus: z.enum(configurationStatuses),
  code: statusCode.nullable().describe("Its own code (8, 26), else its latest session's"),
  codeName: z.string().nullable(),
  label: z.enum(connectionLabels),
  since: time,
  deauthorizedSince: time.nullable(),
  authorized: z.boolean(),
  account: z.string().nullable(),
  pool: slug,
  timeZone: z.string(),
  deduplication: z.boolean(),
  unattended: z.boolean(),
  resources: z.array(z.object({ id: slug, enabled: z.boolean() })),
  latestSession: sessionSummary.nullable(),
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
    takes: z.enum(['basic', 'bearer', 'apiKey', 'clientCredentials']),
    submitTo: z.string().describe('Where the credentials are posted'),
  }),
]);

export const authorized = z.object({ sessionId: sessionIdText, authorization });
export const connected = authorized.extend({ connection });

export const credentialsBody = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('basic'), username: z.string().min(1), password: z.string() }),
    z.strictObject({ kind: z.literal('bearer'), token: z.string().min(1) }),
    z.strictObject({ kind: z.literal('apiKey'), key: z.string().min(1) }),
  ])
  .meta({ examples: [{ kind: 'apiKey', key: 'from the app' }] });
export const accepted = z.object({ accepted: z.literal(true) });

export const disconnectBody = z
  .strictObject({ keepData: z.boolean().optional().describe('Keeps the records') })
  .nullish()
  .meta({ examples: [{ keepData: true }] });

export const receipt = z.object({
  id: z.string(),
  connectionId: slug,
  generation: z.int(),
  by: actor,
  at: time,
  grantRevoked: z.boolean(),
  keptData: z.boolean(),
  collections: z.array(z.object({ name: z.string(), count: z.int(), hash: z.string() })),
});
export const disconnecting = z.object({
  pending: z.literal(true),
  workflowId: z.string(),
  receiptAt: z.string().describe('Where the receipt will be'),
});

export type ConnectBody = z.input<typeof connectBody>;
export type Connection = z.infer<typeof connection>;
export type Authorized = z.infer<typeof authorized>;
export type Connected = z.infer<typeof connected>;
export type CredentialsBody = z.infer<typeof credentialsBody>;
export type Receipt = z.infer<typeof receipt>;
export type Disconnecting = z.infer<typeof disconnecting>;
